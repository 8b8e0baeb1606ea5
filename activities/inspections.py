"""What the steps of an inspection change beyond its status."""

from sqlalchemy import update
from sqlmodel import col

from activities.recording import DomainSteps, StepContext
from models.deliveries.tables import DeliverySerial
from models.inspections.kind import INSPECTION
from models.inspections.tables import Inspection


def _inspected(step: StepContext) -> Inspection:
    """The inspection, with who looked at it."""
    inspection: Inspection = step.document
    if step.command is not None:
        inspection.inspector_id = step.command.actor_id
        inspection.inspector_name = step.command.actor_name
    return inspection


def accept(step: StepContext) -> None:
    """「검수완료」: from now on it can be settled."""
    _inspected(step).inspected_at = step.now


def cancel(step: StepContext) -> None:
    """「검수취소」: its pieces count as given back, so the partner may plan them anew.

    Their serial numbers may come again too. Which pieces of a round lay in this receipt nobody wrote down: all of
    the round's numbers are let go.
    """
    mine = col(DeliverySerial.delivery_round_id) == _inspected(step).delivery_round_id
    step.session.execute(update(DeliverySerial).where(mine).values(active=False))


STEPS = DomainSteps(kind=INSPECTION, effects={"accept": accept, "cancel": cancel})
