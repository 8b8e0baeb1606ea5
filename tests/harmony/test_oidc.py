"""Log-in by OpenID Connect against real servers: an honest one, and one that tries everything."""

import base64
import contextlib
import datetime as dt
import hmac
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from activities.gateways.asking import Unavailable
from activities.gateways.oidc import choice
from activities.gateways.oidc.client import Client, Registration
from activities.gateways.oidc.interface import Account, Refused
from models import clock
from models.harmony.oidc import CALLBACK, authorization_address
from models.settings import settings
from ops.ports import choose
from tests.engines import Database
from tests.harmony.provider import BACK, CLIENT, Provider, new_key, served
from web.sandbox.app import create

VERIFIER, NONCE = "v" * 64, "the-nonce"
Forge = Callable[[Provider, dict[str, Any]], str]


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    made = Provider()
    port = choose(("provider",), tmp_path / "ports.json")["provider"]
    with served(made.app(), port) as address:
        made.issuer = address
        yield made


@pytest.fixture
def client(provider: Provider) -> Iterator[Client]:
    made = Client(Registration(provider.issuer, CLIENT, "", BACK))
    yield made
    made.close()


def exchanged(provider: Provider, client: Client, now: dt.datetime | None = None) -> Account:
    return client.exchange(provider.code(VERIFIER, NONCE), VERIFIER, NONCE, now or clock.now())


def test_an_honest_provider_names_the_person(provider: Provider, client: Client) -> None:
    assert client.authorization_endpoint() == f"{provider.issuer}/authorize"
    who = exchanged(provider, client)
    assert (who.issuer, who.subject, who.name) == (provider.issuer, "1234567890", "스포츠기자")


def unsigned(provider: Provider, claims: dict[str, Any]) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


def by_public_key(provider: Provider, claims: dict[str, Any]) -> str:
    """HS256 with the public key as the secret: the classic confusion, made by hand as libraries refuse to."""
    head, body = provider.sign(claims).split(".")[:2]
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": provider.kid}).encode()).rstrip(b"=").decode()
    seal = hmac.digest(provider.public_pem(), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


def altered(provider: Provider, claims: dict[str, Any]) -> str:
    head, body, seal = provider.sign(claims).split(".")
    whole = json.loads(base64.urlsafe_b64decode(body + "=="))
    body = base64.urlsafe_b64encode(json.dumps(whole | {"sub": "admin"}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{seal}"


def saying(**more: Any) -> Forge:
    return lambda provider, claims: provider.sign(claims | more)


def without(name: str) -> Forge:
    return lambda provider, claims: provider.sign({key: value for key, value in claims.items() if key != name})


def later(**spans: int) -> Forge:
    """Times in the token, in seconds from now."""
    return lambda provider, claims: provider.sign(claims | {key: claims["iat"] + by for key, by in spans.items()})


ATTACKS: dict[str, tuple[Forge, str]] = {
    "another audience": (saying(aud="somebody-else"), "aud"),
    "several audiences without azp": (saying(aud=[CLIENT, "somebody-else"]), "azp"),
    "another authorised party": (saying(azp="somebody-else"), "azp"),
    "another issuer": (saying(iss="https://evil.example"), "iss"),
    "another nonce": (saying(nonce="somebody-else's"), "nonce"),
    "no nonce": (without("nonce"), "no_nonce"),
    "no subject": (without("sub"), "no_sub"),
    "an empty subject": (saying(sub=""), "sub"),
    "no end": (without("exp"), "no_exp"),
    "no beginning": (without("iat"), "no_iat"),
    "no audience": (without("aud"), "no_aud"),
    "expired": (later(iat=-400, exp=-61), "expired"),
    "made in the future": (later(iat=120, exp=400), "not_yet"),
    "not yet good": (later(nbf=120), "not_yet"),
    "made long ago": (later(iat=-3600, exp=3600), "old"),
    "times that are no times": (saying(exp="tomorrow"), "time"),
    "unsigned": (unsigned, "alg"),
    "signed with the public key": (by_public_key, "alg"),
    "altered after signing": (altered, "signature"),
    "another's key under our key's name": (lambda p, claims: p.sign(claims, key=new_key()), "signature"),
    "a key nobody knows": (lambda p, claims: p.sign(claims, kid="k9", key=new_key()), "kid"),
    "a key brought along": (
        lambda p, claims: p.sign(claims, kid="k9", key=new_key(), jku="http://evil.example/jwks"),
        "kid",
    ),
    "no token at all": (lambda *_: "not-a-token", "malformed"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_not_right_is_refused(provider: Provider, client: Client, attack: str) -> None:
    provider.forge, why = ATTACKS[attack]
    with pytest.raises(Refused) as refusal:
        exchanged(provider, client)
    assert refusal.value.why == why


@pytest.mark.parametrize("spans", [{"iat": -300, "exp": -59}, {"iat": 59}, {"nbf": 59}])
def test_two_clocks_may_differ_by_a_minute(provider: Provider, client: Client, spans: dict[str, int]) -> None:
    provider.forge = later(**spans)
    assert exchanged(provider, client).subject == "1234567890"


def test_keys_change_while_people_log_in(provider: Provider, client: Client) -> None:
    exchanged(provider, client)
    provider.keys["k2"] = new_key()
    provider.kid = "k2"
    now = clock.now()
    # Asked again for the unknown key, but not for every stranger's token.
    assert exchanged(provider, client, now=now + dt.timedelta(seconds=11)).subject == "1234567890"
    asked = provider.asked.count("jwks")
    provider.forge = lambda p, claims: p.sign(claims, kid="k9", key=new_key())
    for second in range(12, 18):
        with pytest.raises(Refused):
            exchanged(provider, client, now=now + dt.timedelta(seconds=second))
    assert provider.asked.count("jwks") == asked
    # A key taken back is not believed any longer than it is remembered.
    provider.forge = lambda p, claims: p.sign(claims, kid="k1", key=old)
    old = provider.keys.pop("k1")
    with pytest.raises(Refused):
        exchanged(provider, client, now=now + dt.timedelta(minutes=11))


def test_a_code_works_once_and_only_with_its_verifier(provider: Provider, client: Client) -> None:
    now = clock.now()
    code = provider.code(VERIFIER, NONCE)
    with pytest.raises(Refused, match="invalid_grant"):
        client.exchange(code, "w" * 64, NONCE, now)
    code = provider.code(VERIFIER, NONCE)
    client.exchange(code, VERIFIER, NONCE, now)
    with pytest.raises(Refused, match="invalid_grant"):
        client.exchange(code, VERIFIER, NONCE, now)


def test_a_description_of_somebody_else_is_refused(provider: Provider, client: Client) -> None:
    provider.named = "https://evil.example"
    with pytest.raises(Refused) as refusal:
        client.authorization_endpoint()
    assert refusal.value.why == "issuer"


def test_a_provider_that_is_away_is_away(provider: Provider, client: Client) -> None:
    provider.status = 503
    with pytest.raises(Unavailable):
        client.authorization_endpoint()
    nowhere = Client(Registration("http://127.0.0.1:1", CLIENT, "", BACK))
    with contextlib.closing(nowhere), pytest.raises(Unavailable):
        nowhere.authorization_endpoint()


def test_the_sandbox_provider_is_one_too(
    database: Database, house_settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The embedded default from the first redirect to the person, with a change of keys between."""
    port = choose(("sandbox",), tmp_path / "ports.json")["sandbox"]
    house_settings.setenv("SANDBOX_URL", f"http://127.0.0.1:{port}")
    house_settings.setenv("PUBLIC_URL", "http://house.example")
    settings.cache_clear()
    client = choice.provider(settings())
    assert isinstance(client, Client)
    with (
        served(create(database.sandbox_url), port),
        httpx2.Client() as browser,
        contextlib.closing(client),
    ):
        first = _through(client, browser, "a@kakao.example")
        again = _through(client, browser, "a@kakao.example")
        assert (first.subject, first.name) == (again.subject, "기자")
        browser.post(f"http://127.0.0.1:{port}/oidc/keys")
        with clock.set_to(lambda: dt.datetime.now(dt.UTC) + dt.timedelta(seconds=15)):
            assert _through(client, browser, "b@kakao.example").subject != first.subject
        evil = f"{client.authorization_endpoint()}?client_id=harmony&redirect_uri=https://evil.example/x"
        assert browser.get(evil).status_code == 400


def _through(client: Any, browser: httpx2.Client, email: str) -> Account:
    address = authorization_address(
        settings(), client.authorization_endpoint(), state="s", nonce=NONCE, verifier=VERIFIER
    )
    assert browser.get(address).status_code == 200
    done = browser.post(address, data={"email": email, "nickname": "기자"})
    back = re.search(r'href="([^"]+)" data-back', done.text)
    assert back is not None
    said = urlsplit(back[1].replace("&amp;", "&"))
    assert said.path == CALLBACK
    query = parse_qs(said.query)
    assert query["state"] == ["s"]
    found: Account = client.exchange(query["code"][0], VERIFIER, NONCE, clock.now())
    with pytest.raises(Refused):
        client.exchange(query["code"][0], VERIFIER, NONCE, clock.now())
    return found


def test_the_browser_takes_along_what_is_needed() -> None:
    there = authorization_address(
        settings(), "https://id.example/authorize?tenant=1", state="s", nonce="n", verifier=VERIFIER
    )
    query = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    assert query["tenant"] == "1"
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert VERIFIER not in there
