"""The hub's interface for programs."""

import dataclasses
import datetime as dt

from models.etax import parse, signature
from tests.sandbox.hub.playing import SUPPLIER, Playing, invoice


def test_from_request_to_the_tax_service(played: Playing, key: str) -> None:
    answer = played.file(key)
    assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "key": key,
        "state": "REQUESTED",
        "state_version": 1,
        "approval_number": None,
        "written_on": "2026-11-20",
        "issued_at": None,
        "refused_reason": None,
        "transmission": {"state": None, "sent_at": None, "result_code": None, "result_text": None},
        "updated_at": "2026-11-20T02:00:00+00:00",
    }
    played.sign(key)
    signed = played.call("GET", f"/documents/{key}/xml")
    assert signed.headers["content-type"] == "application/xml"
    assert signature.verify(signed.content).identity.registration_number == SUPPLIER
    issued = parse.parse(signed.content)
    assert dataclasses.replace(issued, issue_id=None, issued_at=None) == invoice()
    played.tick()
    found = played.call("GET", f"/documents/{key}").json()
    assert found["state"] == "SENDING_COMPLETED"
    assert found["state_version"] == 5
    assert found["approval_number"] == issued.issue_id
    assert len(found["approval_number"]) == 24
    assert found["transmission"]["result_code"] == "SUC001"
    assert dt.datetime.fromisoformat(found["issued_at"]) == played.now
