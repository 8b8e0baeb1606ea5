"""What is Popbill's alone: its words, its codes, its package."""

import dataclasses
import datetime as dt
from collections.abc import Iterator

import pytest

from activities.gateways.tax_hub import popbill, sandbox
from activities.gateways.tax_hub.interface import HubContact, HubStatus, Rejected, Unavailable
from models import clock
from models.etax.codes import Amendment
from models.etax.document import Invoice
from tests.gateways.hub_world import NOW, SUPPLIER, invoice
from tests.gateways.popbill_world import CORP, LINK, SECRET, Popbill, PopbillOffice
from tests.gateways.stubs import Answer, serving

CONTACT = HubContact(name="서명해", email="sign@garam.example", phone="01012345678")
KEY = "TX20261122-001"


class TestPopbill:
    """What is Popbill's alone."""

    @pytest.fixture
    def at(self) -> Iterator[PopbillOffice]:
        with clock.set_to(NOW), serving(Popbill()) as world:
            assert isinstance(world, Popbill)
            yield PopbillOffice(world)

    def test_the_request_is_in_its_words(self, at: PopbillOffice) -> None:
        asked: Invoice = invoice()
        at.hub.file(KEY, asked, CONTACT, "11월분")
        posted = at.world.documents[KEY]
        assert posted["issueType"] == "역발행"
        assert posted["chargeDirection"] == "역과금"
        assert (posted["taxType"], posted["purposeType"]) == ("과세", "청구")
        assert posted["writeDate"] == "20261120"
        assert (posted["supplyCostTotal"], posted["taxTotal"], posted["totalAmount"]) == (
            "1000000",
            "100000",
            "1100000",
        )
        assert posted["invoicerCorpNum"] == SUPPLIER
        assert posted["invoicerEmail"] == CONTACT.email
        assert posted["invoiceeMgtKey"] == KEY
        assert posted["invoiceeType"] == "사업자"
        assert posted["modifyCode"] is None
        assert posted["memo"] == "11월분"
        assert posted["credit"] == "1100000"
        assert posted["detailList"] == [
            {
                "serialNum": 1,
                "purchaseDT": "20261115",
                "itemName": "사무용 의자",
                "spec": "A-1",
                "qty": "2.5",
                "unitCost": "400000",
                "supplyCost": "1000000",
                "tax": "100000",
                "remark": "",
            }
        ]

    def test_an_amendment_names_its_reason_and_original(self, at: PopbillOffice) -> None:
        minus = dataclasses.replace(
            invoice(), type_code="0201", amendment=Amendment.DUPLICATE, original_issue_id="2" * 24
        )
        at.hub.file(KEY, minus, CONTACT)
        assert (at.world.documents[KEY]["modifyCode"], at.world.documents[KEY]["orgNTSConfirmNum"]) == (6, "2" * 24)

    @pytest.mark.parametrize(
        ("code", "state"),
        [
            (200, HubStatus.REQUESTED),
            (210, HubStatus.REQUESTED),
            (300, HubStatus.ISSUED),
            (301, HubStatus.ISSUED),
            (302, HubStatus.NTS_WAITING),
            (303, HubStatus.NTS_SENDING),
            (304, HubStatus.NTS_ACCEPTED),
            (305, HubStatus.NTS_FAILED),
            (310, HubStatus.ISSUED),
            (311, HubStatus.ISSUED),
            (312, HubStatus.NTS_WAITING),
            (313, HubStatus.NTS_SENDING),
            (314, HubStatus.NTS_ACCEPTED),
            (315, HubStatus.NTS_FAILED),
            (400, HubStatus.REFUSED),
            (410, HubStatus.REFUSED),
            (500, HubStatus.REQUEST_CANCELLED),
            (510, HubStatus.REQUEST_CANCELLED),
            (600, HubStatus.ISSUE_CANCELLED),
        ],
    )
    def test_its_states_are_ours(self, at: PopbillOffice, code: int, state: HubStatus) -> None:
        at.hub.file(KEY, invoice(), CONTACT)
        at.world.states[KEY] = code
        found = at.hub.state(KEY)
        assert found is not None
        assert found.state is state
        assert found.version is None

    def test_no_state_of_ours_is_missing(self) -> None:
        assert set(popbill.STATES.values()) == set(HubStatus)
        assert set(sandbox.STATES.values()) == set(HubStatus)

    def test_a_state_nobody_told_us_of_is_no_answer(self, at: PopbillOffice) -> None:
        at.hub.file(KEY, invoice(), CONTACT)
        at.world.states[KEY] = 777
        with pytest.raises(Unavailable):
            at.hub.state(KEY)

    def test_a_draft_left_behind_is_asked_for(self, at: PopbillOffice) -> None:
        at.hub.file(KEY, invoice(), CONTACT)
        at.world.states[KEY] = 100
        assert at.hub.state(KEY) is None
        assert at.hub.file(KEY, invoice(), CONTACT).state is HubStatus.REQUESTED

    def test_one_token_serves_until_it_ends(self, at: PopbillOffice) -> None:
        at.hub.file(KEY, invoice(), CONTACT)
        at.hub.state(KEY)
        assert at.world.tokens == 1
        with clock.set_to(NOW + dt.timedelta(minutes=29, seconds=30)):
            at.hub.state(KEY)
        assert at.world.tokens == 2

    def test_two_accounts_do_not_share_the_packages_object(self, at: PopbillOffice) -> None:
        wrong = popbill.PopbillHub(popbill.account(at.world.url().replace(LINK, "SOMEBODY")))
        with pytest.raises(Unavailable, match="-99010020"):
            wrong.state(KEY)
        assert at.hub.state(KEY) is None

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            ((400, {"code": -99000001, "message": "포인트가 부족합니다."}), Rejected),
            ((500, {"code": -11000001, "message": "오류"}), Unavailable),
            ((429, {"code": -11000001, "message": "오류"}), Unavailable),
            ((200, b"<html>"), Unavailable),
            ((200, []), Unavailable),
            ((200, {"class": 1}), Unavailable),
            ((200, {"stateCode": "many"}), Unavailable),
            ((400, {}), Unavailable),
            ((400, b""), Unavailable),
            ((200, b'{"stateCode": 210, "x": "' + b"0" * 4_000_000 + b'"}'), Unavailable),
        ],
    )
    def test_other_answers_are_sorted_into_no_and_not_now(
        self, at: PopbillOffice, answer: Answer, error: type[Exception]
    ) -> None:
        at.world.fixed = answer
        with pytest.raises(error):
            at.hub.state(KEY)

    def test_its_own_words_are_passed_on(self, at: PopbillOffice) -> None:
        at.world.fixed = (400, {"code": -99000001, "message": "포인트가 부족합니다."})
        with pytest.raises(Rejected) as refused:
            at.hub.file(KEY, invoice(), CONTACT)
        assert (refused.value.code, refused.value.sentence) == ("-99000001", "포인트가 부족합니다.")

    def test_consigned_and_imported_ones_are_not_asked_for(self, at: PopbillOffice) -> None:
        asked = invoice()
        with pytest.raises(Rejected):
            at.hub.file(KEY, dataclasses.replace(asked, type_code="0103", broker=asked.supplier), CONTACT)
        assert at.world.documents == {}


def test_the_account_is_read_and_never_shown(house_settings: pytest.MonkeyPatch) -> None:
    account = popbill.account(f"popbill://{LINK}:hu%2Fsh@popbill.linkhub.co.kr?corp=120-81-47521&user=tax")
    assert (account.host, account.auth_host, account.corp) == (
        "popbill.linkhub.co.kr",
        "auth.linkhub.co.kr",
        "1208147521",
    )
    assert (account.user, account.test, account.tls, account.secret_key) == ("tax", False, True, "hu/sh")
    assert "hu/sh" not in repr(account)
    for wrong in (
        f"popbill://{LINK}@popbill.linkhub.co.kr?corp={CORP}",
        f"popbill://{LINK}:{SECRET}@popbill.linkhub.co.kr",
        f"popbill://{LINK}:{SECRET}@popbill.linkhub.co.kr?corp=12081475",
    ):
        with pytest.raises(ValueError, match="TAX_HUB_URL"):
            popbill.account(wrong)
