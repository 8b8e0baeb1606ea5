"""Every route that is no GET refuses forged forms: no token, a wrong one, another session's, sent from elsewhere."""

import re

from tests.faults.driver import BUYER, People
from tests.faults.person import fresh_id
from tests.faults.running import SECOND_BUYER
from tests.isolation.foreign import MACHINES, PUBLIC
from tests.isolation.test_routes import SAFE, _token

REFUSED = 403
PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")


def _paths() -> list[tuple[str, str]]:
    from app import app
    from web.auth.audience import declared

    filled = {"plural": "contracts", "act": "cancel", "batch_id": fresh_id(), "request_id": fresh_id()}
    return [
        (method, PLACE.sub(lambda found: filled.get(found[1], "1"), route.path))
        for route in declared(app.routes)
        for method in sorted(route.methods - SAFE)
        if route.path not in PUBLIC | MACHINES
    ]


async def test_forged_forms_are_refused(people: People) -> None:
    person = people[BUYER]
    own, other = await _token(person), await _token(people[SECOND_BUYER])
    paths = _paths()
    assert len(paths) > 40
    taken = []
    for method, path in paths:
        for words, data, headers in (
            ("no token", {}, {}),
            ("wrong token", {"csrf": "x" * len(own)}, {}),
            ("another session's token", {"csrf": other}, {}),
            ("from another site", {"csrf": own}, {"Sec-Fetch-Site": "cross-site"}),
            ("from another origin", {"csrf": own}, {"Origin": "https://evil.example"}),
            ("token in the address", {}, {"Referer": f"{person.client.base_url}?csrf={own}"}),
        ):
            answer = await person.client.request(
                method, f"{path}?csrf={own}", data={"request_id": fresh_id(), **data}, headers=headers
            )
            if answer.status_code != REFUSED:
                taken.append(f"{method} {path}, {words}: {answer.status_code}")
    assert taken == []


async def test_a_method_cannot_be_disguised(people: People) -> None:
    person = people[BUYER]
    own = await _token(person)
    for headers in ({"X-HTTP-Method-Override": "POST"}, {"X-Method-Override": "DELETE"}):
        answer = await person.client.get(f"/logout?csrf={own}&_method=POST", headers=headers)
        assert answer.status_code in {404, 405}
    assert (await person.client.get("/inbox")).status_code == 200


async def test_a_json_body_without_a_token_is_refused(people: People) -> None:
    answer = await people[BUYER].client.post(
        "/api/v1/contracts/1/cancel", json={"request_id": fresh_id(), "payload": {"reason": "x"}}
    )
    assert answer.status_code == REFUSED
