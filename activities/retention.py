"""Nightly: clear away what is past its time, and watch whoever nobody watches."""

from temporalio import activity

from models import clock, database
from models.auth import dormancy, retention
from models.harmony import retention as harmony
from models.notifications import retention as messages
from models.signups import drafts
from models.tax_invoices import events


@activity.defn(name="clear_old_traces")
def clear_old_traces() -> int:
    """Old log-in attempts, codes, sessions, records of disclosures, words of messages, forms, hubs' news; how many.

    One transaction per page, so that nothing is locked for long; a repeat does only what is left.
    """
    gone = 0
    while True:
        with database.working() as session:
            now = clock.now()
            page = sum(retention.clear_page(session, now).values()) + messages.forget_page(session, now)
            page += harmony.clear_page(session, now) + events.forget_page(session, now)
        with database.working() as session:
            page += drafts.clear_page(session, now)
        gone += page
        activity.heartbeat(gone)
        if page == 0:
            return gone


@activity.defn(name="watch_absences")
def watch_absences() -> int:
    """Start the watch over members who joined on a road that did not; how many there were."""
    with database.working() as session:
        return dormancy.watch_everybody(session)


ACTIVITIES = [clear_old_traces, watch_absences]
