"""The house's own watch over its record."""

import logging

from temporalio import activity

from models import clock, database
from models.kernel.calendar import local_date
from models.processes import anchors

log = logging.getLogger("audit")


@activity.defn(name="anchor_record")
def anchor_record() -> int:
    """Take today's anchor and look at the earlier ones; how many documents it covers.

    A broken anchor is an operator's alarm, logged as an error each day until it is dealt with.
    """
    now = clock.now()
    with database.working() as session:
        for day in anchors.broken(session):
            log.error("the record no longer fits the anchor of %s", day)
        return anchors.take(session, local_date(now), now).documents


ACTIVITIES = [anchor_record]
