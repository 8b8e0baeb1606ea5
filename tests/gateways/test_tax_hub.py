"""One contract for hubs of electronic tax invoices: the sandbox hub, and Popbill as it answers."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import pytest

from activities.gateways.tax_hub import choice, sandbox
from activities.gateways.tax_hub.interface import (
    Code,
    HubContact,
    HubStatus,
    Rejected,
    Standing,
    TaxHub,
    Unavailable,
)
from models import clock
from models.etax.codes import Amendment, PaymentMeans, Purpose
from models.etax.document import Payment
from models.settings import SettingsError, settings
from models.tax_invoices.verification import looked_through
from tests.etax.test_attacks import ATTACKS
from tests.gateways.hub_world import NOW, SUPPLIER, SandboxOffice, invoice
from tests.gateways.popbill_world import CORP, LINK, SECRET, Popbill, PopbillOffice
from tests.gateways.stubs import Answer, Asked, World, serving

CONTACT = HubContact(name="서명해", email="sign@garam.example", phone="01012345678")
KEY = "TX20261122-001"


class Office(Protocol):
    """A hub, and the people and machines at its other side."""

    hub: TaxHub

    def sign(self, key: str) -> None: ...
    def refuse(self, key: str, reason: str) -> None: ...
    def transmit(self, key: str, *, well: bool) -> None: ...
    def go_away(self) -> None: ...
    def lose_answers(self, count: int) -> None: ...
    def set_standing(self, number: str, standing: Standing) -> None: ...
    def issued_times(self, key: str) -> int: ...
    def reminded(self, key: str) -> int: ...


@pytest.fixture(params=["sandbox", "popbill"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    with clock.set_to(NOW):
        if request.param == "sandbox":
            with SandboxOffice.open(request.getfixturevalue("module_database").sandbox_url) as made:
                yield made
            return
        with serving(Popbill()) as world:
            assert isinstance(world, Popbill)
            yield PopbillOffice(world)


def test_a_request_is_signed_sent_and_taken(office: Office) -> None:
    hub = office.hub
    filed = hub.file(KEY, invoice(), CONTACT, "11월분")
    assert (filed.state, filed.written_on) == (HubStatus.REQUESTED, dt.date(2026, 11, 20))
    assert (filed.approval_number, filed.issued_at, filed.sent_at) == (None, None, None)
    office.sign(KEY)
    signed = hub.state(KEY)
    assert signed is not None
    assert signed.state is HubStatus.ISSUED
    assert signed.approval_number is not None
    assert len(signed.approval_number) == 24
    assert signed.issued_at is not None
    assert signed.issued_at.utcoffset() is not None
    assert signed.approval_number.encode() in hub.xml(KEY)
    assert hub.send(KEY).state in {HubStatus.NTS_WAITING, HubStatus.NTS_SENDING}
    office.transmit(KEY, well=True)
    sent = hub.state(KEY)
    assert sent is not None
    assert (sent.state, sent.result_code) == (HubStatus.NTS_ACCEPTED, "SUC001")
    assert sent.sent_at is not None


def test_versions_grow_where_a_hub_counts(office: Office) -> None:
    first = office.hub.file(KEY, invoice(), CONTACT)
    office.sign(KEY)
    second = office.hub.state(KEY)
    assert second is not None
    if first.version is None:
        assert second.version is None
    else:
        assert second.version is not None
        assert second.version > first.version


def test_a_refusal_comes_with_its_reason(office: Office) -> None:
    office.hub.file(KEY, invoice(), CONTACT)
    office.refuse(KEY, "수량이 다릅니다")
    refused = office.hub.state(KEY)
    assert refused is not None
    assert (refused.state, refused.refused_reason) == (HubStatus.REFUSED, "수량이 다릅니다")
    with pytest.raises(Rejected):
        office.hub.cancel_request(KEY, "필요 없어졌습니다")
    with pytest.raises(Rejected):
        office.hub.xml(KEY)


def test_a_request_is_withdrawn_once_and_for_all(office: Office) -> None:
    office.hub.file(KEY, invoice(), CONTACT)
    assert office.hub.cancel_request(KEY, "금액을 고칩니다").state is HubStatus.REQUEST_CANCELLED
    assert office.hub.cancel_request(KEY, "금액을 고칩니다").state is HubStatus.REQUEST_CANCELLED
    with pytest.raises(Rejected):
        office.hub.send(KEY)


def test_a_signature_is_undone_only_before_it_is_sent(office: Office) -> None:
    office.hub.file(KEY, invoice(), CONTACT)
    office.sign(KEY)
    assert office.hub.cancel_issue(KEY, "계약 해제").state is HubStatus.ISSUE_CANCELLED
    assert office.hub.cancel_issue(KEY, "계약 해제").state is HubStatus.ISSUE_CANCELLED
    other = f"{KEY}-2"
    office.hub.file(other, invoice(), CONTACT)
    office.sign(other)
    office.hub.send(other)
    office.transmit(other, well=True)
    with pytest.raises(Rejected):
        office.hub.cancel_issue(other, "계약 해제")


def test_what_the_tax_service_did_not_take_is_sent_again(office: Office) -> None:
    office.hub.file(KEY, invoice(), CONTACT)
    office.sign(KEY)
    office.hub.send(KEY)
    office.transmit(KEY, well=False)
    failed = office.hub.state(KEY)
    assert failed is not None
    assert failed.state is HubStatus.NTS_FAILED
    assert failed.result_code not in {None, "SUC001"}
    assert office.hub.resend(KEY).state in {HubStatus.NTS_WAITING, HubStatus.NTS_SENDING}
    assert office.hub.resend(KEY).state in {HubStatus.NTS_WAITING, HubStatus.NTS_SENDING}
    office.transmit(KEY, well=True)
    sent = office.hub.state(KEY)
    assert sent is not None
    assert sent.state is HubStatus.NTS_ACCEPTED


def test_the_same_request_again_is_the_same_request(office: Office) -> None:
    first = office.hub.file(KEY, invoice(), CONTACT)
    assert office.hub.file(KEY, invoice(), CONTACT) == first
    office.sign(KEY)
    again = office.hub.file(KEY, invoice(), CONTACT)
    assert again.state is HubStatus.ISSUED
    assert office.issued_times(KEY) == 1


def test_a_key_is_one_documents(office: Office) -> None:
    office.hub.file(KEY, invoice(), CONTACT)
    with pytest.raises(Rejected) as refused:
        office.hub.file(KEY, invoice(supply=2_000_000), CONTACT)
    assert refused.value.code == Code.KEY_TAKEN
    assert refused.value.sentence


def test_a_lost_answer_is_found_out_by_asking_again(office: Office) -> None:
    office.lose_answers(1)
    with pytest.raises(Unavailable):
        office.hub.file(KEY, invoice(), CONTACT)
    office.lose_answers(0)
    assert office.hub.file(KEY, invoice(), CONTACT).state is HubStatus.REQUESTED
    office.lose_answers(1)
    with pytest.raises(Unavailable):
        office.hub.cancel_request(KEY, "금액을 고칩니다")
    office.lose_answers(0)
    assert office.hub.cancel_request(KEY, "금액을 고칩니다").state is HubStatus.REQUEST_CANCELLED


def test_nobody_is_asked_who_is_no_member(office: Office) -> None:
    office.set_standing(SUPPLIER, Standing.NONE)
    with pytest.raises(Rejected) as refused:
        office.hub.file(KEY, invoice(), CONTACT)
    assert refused.value.sentence
    assert office.hub.state(KEY) is None
    assert not office.hub.membership(SUPPLIER).can_sign


@pytest.mark.parametrize("standing", [Standing.FULL, Standing.ASSOCIATE, Standing.NONE])
def test_members_stand_as_the_hub_says(office: Office, standing: Standing) -> None:
    office.set_standing(SUPPLIER, standing)
    found = office.hub.membership(SUPPLIER)
    assert found.standing is standing
    assert found.can_sign is (standing is Standing.FULL)


def test_an_unknown_key_is_no_document(office: Office) -> None:
    assert office.hub.state("nobody") is None
    for act in (
        lambda: office.hub.cancel_request("nobody", "x"),
        lambda: office.hub.cancel_issue("nobody", "x"),
        lambda: office.hub.send("nobody"),
        lambda: office.hub.resend("nobody"),
        lambda: office.hub.remind("nobody"),
        lambda: office.hub.xml("nobody"),
    ):
        with pytest.raises(Rejected) as refused:
            act()
        assert refused.value.code == Code.UNKNOWN_KEY


@pytest.mark.parametrize("key", ["", "a" * 25, "../members", "a/b", "a?b", "가", "a b", "a\n"])
def test_a_key_that_is_none_never_leaves_the_house(office: Office, key: str) -> None:
    for act in (lambda: office.hub.state(key), lambda: office.hub.xml(key), lambda: office.hub.send(key)):
        with pytest.raises(Rejected) as refused:
            act()
        assert refused.value.code == Code.INVALID_DOCUMENT
    with pytest.raises(Rejected):
        office.hub.file(key, invoice(), CONTACT)


def test_a_reminder_is_a_mail_of_the_hub(office: Office) -> None:
    office.hub.file(KEY, invoice(), CONTACT)
    before = office.reminded(KEY)
    office.hub.remind(KEY)
    assert office.reminded(KEY) == before + 1


def test_a_hub_that_is_away_says_nothing_about_documents(office: Office) -> None:
    office.hub.file(KEY, invoice(), CONTACT)
    office.go_away()
    for act in (
        lambda: office.hub.file(KEY, invoice(), CONTACT),
        lambda: office.hub.state(KEY),
        lambda: office.hub.cancel_request(KEY, "x"),
        lambda: office.hub.send(KEY),
        lambda: office.hub.remind(KEY),
        lambda: office.hub.xml(KEY),
        lambda: office.hub.membership(SUPPLIER),
    ):
        with pytest.raises(Unavailable):
            act()


def test_every_kind_of_document_can_be_asked_for(office: Office) -> None:
    plain = invoice()
    line = plain.lines[0]
    exempt = dataclasses.replace(
        plain,
        type_code="0301",
        tax_total=0,
        grand_total=plain.charge_total,
        lines=(dataclasses.replace(line, tax=0),),
        payments=(Payment(PaymentMeans.CREDIT, plain.charge_total),),
    )
    zero = dataclasses.replace(exempt, type_code="0102")
    minus = dataclasses.replace(
        plain,
        type_code="0201",
        amendment=Amendment.CANCELLATION,
        original_issue_id="202610204100009900000001",
        charge_total=-plain.charge_total,
        tax_total=-plain.tax_total,
        grand_total=-plain.grand_total,
        lines=(dataclasses.replace(line, amount=-line.amount, tax=-line.tax, quantity=None, unit_price=None),),
        payments=(),
        remarks=("원본 작성일자 2026-10-20",),
        purpose=Purpose.RECEIPT,
    )
    for number, one in enumerate((exempt, zero, minus)):
        assert office.hub.file(f"{KEY}-{number}", one, CONTACT).state is HubStatus.REQUESTED


@dataclass
class OddHub(World):
    """Answers everything with the same."""

    fixed: Answer = (200, {})

    def answer(self, asked: Asked) -> Answer:
        return self.fixed


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, {}), Unavailable),
        ((200, []), Unavailable),
        ((200, b"<html>"), Unavailable),
        ((200, {"state": "DANCING", "state_version": 1}), Unavailable),
        ((200, {"state": "ISSUED", "state_version": "x"}), Unavailable),
        ((200, {"state": "ISSUED", "state_version": 1, "issued_at": "2026-11-22T01:00:00"}), Unavailable),
        ((200, {"state": "ISSUED", "state_version": 1, "transmission": 7}), Unavailable),
        ((302, b""), Unavailable),
        ((401, {"code": "unauthorized"}), Unavailable),
        ((429, {}), Unavailable),
        ((500, {}), Unavailable),
        ((409, {"code": "state_forbids", "title": "안 됩니다"}), Rejected),
        (
            (422, {"code": "invalid_document", "violations": [{"path": "/a", "code": "b", "sentence": "c"}, 7]}),
            Rejected,
        ),
    ],
)
def test_other_answers_of_the_sandbox_hub_are_sorted_into_no_and_not_now(
    answer: Answer, error: type[Exception]
) -> None:
    with serving(OddHub(fixed=answer)) as world:
        hub = sandbox.SandboxHub(sandbox.Account(f"http://127.0.0.1:{world.port}", "k" * 24))
        with pytest.raises(error) as said:
            hub.state(KEY)
        if isinstance(said.value, Rejected) and said.value.code == Code.INVALID_DOCUMENT:
            assert [(one.path, one.code, one.sentence) for one in said.value.violations] == [("/a", "b", "c")]
        hub.client.close()


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_document_of_a_hub_hurts_the_house(attack: str) -> None:
    content, _ = ATTACKS[attack]
    with serving(OddHub(fixed=(200, content))) as world:
        hub = sandbox.SandboxHub(sandbox.Account(f"http://127.0.0.1:{world.port}", "k" * 24))
        try:
            found = looked_through(hub.xml(KEY))
        except Unavailable:
            assert len(content) > sandbox.XML_BYTES_MAX
        else:
            assert found.problem == "malformed"
            assert len(found.detail) < 500
        finally:
            hub.client.close()


def test_the_settings_choose(house_settings: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="SANDBOX_URL"):
        choice.tax_hub(settings())
    house_settings.setenv("SANDBOX_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    made = choice.tax_hub(settings())
    assert isinstance(made, sandbox.SandboxHub)
    with pytest.raises(Unavailable) as silence:
        made.state(KEY)
    assert settings().tax_hub_key not in str(silence.value) + repr(made)
    made.client.close()
    house_settings.setenv("TAX_HUB_URL", f"popbill://{LINK}:{SECRET}@popbill.linkhub.co.kr?corp={CORP}")
    settings.cache_clear()
    assert choice.tax_hub(settings()).name == "popbill"
