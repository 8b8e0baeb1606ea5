"""What the hub tells the house: signed, until somebody takes it, as often and as late as the weather has it."""

import datetime as dt
import hashlib
import hmac
import json

from tests.sandbox.hub.playing import SECRET, Playing, Posted
from web.sandbox.hub import machine


def said(sent: Posted) -> tuple[str, int]:
    body = json.loads(sent.body)
    return body["state"], body["state_version"]


def is_genuine(sent: Posted, secret: str = SECRET) -> bool:
    text = sent.headers["hub-timestamp"].encode() + b"." + sent.body
    return sent.headers["hub-signature"] == f"v1={hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()}"


def test_every_change_is_told_in_its_order(played: Playing, key: str) -> None:
    played.file(key)
    played.sign(key)
    played.tick()
    assert [said(one) for one in played.posted] == [
        ("REQUESTED", 1),
        ("ISSUED", 2),
        ("WAITING_SENDING", 3),
        ("SENDING", 4),
        ("SENDING_COMPLETED", 5),
    ]
    for one in played.posted:
        body = json.loads(one.body)
        assert is_genuine(one)
        assert body["key"] == key
        assert body["id"] == one.headers["hub-event-id"]
        assert dt.datetime.fromisoformat(body["at"]) == played.now
        assert one.headers["hub-timestamp"] == str(int(played.now.timestamp()))
    assert len({one.headers["hub-event-id"] for one in played.posted}) == 5


def test_a_message_is_repeated_until_it_is_taken(played: Playing, key: str) -> None:
    played.answer = lambda _: 503 if len(played.posted) < 4 else 200
    played.file(key)
    played.go_on(played.now + dt.timedelta(hours=1))
    start = played.posted[0].at
    assert [(one.at - start).total_seconds() for one in played.posted] == [0, 5, 35, 155]
    assert len({one.body for one in played.posted}) == 1
    # Each try is signed for its own time.
    assert all(is_genuine(one) for one in played.posted)
    assert len({one.headers["hub-timestamp"] for one in played.posted}) == 4


def test_nobody_there_for_three_days_ends_it(played: Playing, key: str) -> None:
    played.answer = lambda _: 0
    played.file(key)
    played.go_on(played.now + dt.timedelta(days=10))
    last = played.posted[-1].at - played.posted[0].at
    assert dt.timedelta(days=2, hours=12) < last <= machine.GIVE_UP
    assert len(played.posted) == 19


def test_the_weather_of_messages(played: Playing, key: str) -> None:
    played.weather(copies=5, shuffle_seconds=600, delay_seconds=86_400)
    played.file(key)
    played.sign(key)
    played.tick()
    assert played.posted == []
    played.go_on(played.now + dt.timedelta(days=1, minutes=10))
    order = [said(one)[1] for one in played.posted]
    assert sorted(order) == sorted([1, 2, 3, 4, 5] * 5)
    assert order != sorted(order)
    assert len({one.headers["hub-event-id"] for one in played.posted}) == 5

    played.posted.clear()
    played.weather(copies=1, shuffle_seconds=0, delay_seconds=0, drop_percent=100)
    played.file(f"{key}-d")
    played.tick()
    assert played.posted == []

    played.weather(drop_percent=0, forge_percent=100)
    played.file(f"{key}-f")
    played.tick()
    assert [is_genuine(one) for one in played.posted] == [True, False]
    assert said(played.posted[1]) == ("SENDING_COMPLETED", 101)


def test_forged_and_replayed_messages_are_tried_once(played: Playing, key: str) -> None:
    played.file(key)
    played.tick()
    played.answer = lambda _: 401
    played.client.post("/hub/chaos/forge", data={"key": key, "state": "SENDING_COMPLETED"})
    played.client.post("/hub/chaos/forge", data={"key": key, "state": "NONSENSE"})
    played.tick(3600)
    assert len(played.posted) == 2
    first, forged = played.posted
    assert not is_genuine(forged)
    row = played.run(lambda: played.hub.kept.one("SELECT min(id) AS id FROM hub.message"))
    played.client.post(f"/hub/chaos/messages/{row['id']}", data={"how": "replay"})
    played.client.post(f"/hub/chaos/messages/{row['id']}", data={"how": "again"})
    played.tick()
    replayed, again = played.posted[2:]
    assert (replayed.body, dict(replayed.headers)) == (first.body, dict(first.headers))
    assert again.body == first.body
    assert again.headers["hub-timestamp"] == str(int(played.now.timestamp()))
    assert is_genuine(again)
    played.go_on(played.now + dt.timedelta(days=4))
    assert sum(one.headers == replayed.headers for one in played.posted) == 2
    assert sum(not is_genuine(one) for one in played.posted) == 1


def test_the_same_seed_is_the_same_story(played: Playing, key: str) -> None:
    played.weather(pace="real", failure_percent=50, seed="one")
    keys = [f"{key}-{index}" for index in range(12)]

    def story() -> list[tuple[str, dt.timedelta]]:
        return [
            (one, machine.wait_of("real", machine.State.SENDING, machine.dice(seed, one, "SENDING", 1))) for one in keys
        ]

    seed = "one"
    first = story()
    assert story() == first
    seed = "two"
    assert story() != first
    for one in keys:
        played.file(one)
        played.sign(one)
    played.go_on(played.now + dt.timedelta(hours=2))
    ends = {one: played.state(one) for one in keys}
    assert set(ends.values()) == {"SENDING_COMPLETED", "SENDING_FAILED"}
    expected = {
        one: "SENDING_FAILED" if machine.dice("one", one, "result", 1).randrange(100) < 50 else "SENDING_COMPLETED"
        for one in keys
    }
    assert ends == expected


def test_nothing_happens_while_the_hub_is_down(played: Playing, key: str) -> None:
    played.file(key)
    played.sign(key)
    played.client.post("/hub/chaos/outage", data={"seconds": "3600"})
    assert played.tick() == 0
    assert played.posted == []
    answer = played.call("GET", f"/documents/{key}")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    played.tick(3601)
    assert played.state(key) == "SENDING_COMPLETED"
    assert len(played.posted) == 5
    played.client.post("/hub/chaos/outage", data={"seconds": "3600"})
    played.client.post("/hub/chaos/outage", data={"seconds": "0"})
    assert played.call("GET", f"/documents/{key}").status_code == 200
