import base64

import pytest

from models.settings import DEFAULTS, Settings, SettingsError, read
from ops import keyring

KEY = base64.b64encode(bytes(32)).decode()


def test_every_default_is_a_field_and_the_other_way_round() -> None:
    assert {name.lower() for name in DEFAULTS} == set(Settings.__dataclass_fields__)
    read({})


def test_secrets_do_not_show() -> None:
    shown = repr(read({"FIELD_KEYS": f"k1:{KEY}", "SESSION_KEY": KEY, "WEB_DATABASE_URL": "postgresql://u:hush@h/d"}))
    assert "hush" not in shown
    assert repr(bytes(32)) not in shown


def test_generated_keys_are_readable() -> None:
    made = read(keyring.generate())
    assert [key.id for key in made.field_keys] == ["k1"]
    assert len(made.session_key) == 32
    assert made.field_keys != made.payload_keys
    assert made.tax_hub_key != made.tax_hub_secret


def test_the_first_key_encrypts_and_the_older_stay() -> None:
    assert [key.id for key in read({"FIELD_KEYS": f"k2:{KEY},k1:{KEY}"}).field_keys] == ["k2", "k1"]


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("PORT", "abc", "PORT must be a whole number from 1 to 65535, not 'abc'."),
        ("PORT", "0", "PORT must be"),
        ("PORT", "65536", "PORT must be"),
        ("DEMO", "yes", "DEMO must be 1 or 0"),
        ("SAMPLE_NUMBERS", "no", "SAMPLE_NUMBERS must be 1 or 0"),
        ("DATABASE_URL", "mysql://root:hush@db/x", "DATABASE_URL must be an address like postgresql:"),
        ("STORAGE_URL", "/files", "STORAGE_URL must begin with file: or s3:"),
        ("TEMPORAL_ADDRESS", "http://engine:7233", "TEMPORAL_ADDRESS must be host:port"),
        ("TEMPORAL_ADDRESS", "engine", "TEMPORAL_ADDRESS must be host:port"),
        ("FIELD_KEYS", KEY, "FIELD_KEYS must be a list like"),
        ("FIELD_KEYS", "k1:c2hvcnQ=", "A key in FIELD_KEYS is not the base64 of 32 bytes."),
        ("FIELD_KEYS", f"k1:{KEY},k1:{KEY}", "FIELD_KEYS names the same key id twice."),
        ("PAYLOAD_KEYS", "k1:%%%", "A key in PAYLOAD_KEYS"),
        ("TAX_HUB_URL", "https://link:hush@hub.example", "TAX_HUB_URL must begin with popbill: or popbill+http:."),
        ("TAX_HUB_KEY", "hush", "TAX_HUB_KEY must have at least 24 characters."),
        ("TAX_HUB_SECRET", "hush", "TAX_HUB_SECRET must have at least 24 characters."),
        ("TAX_HUB_WEBHOOK_URL", "web:8000", "TAX_HUB_WEBHOOK_URL must begin with http: or https:"),
    ],
)
def test_a_malformed_value_gets_a_sentence_without_secrets(name: str, value: str, part: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read({name: value})
    assert part in str(refused.value)
    assert "hush" not in str(refused.value)


def test_sample_numbers_are_not_taken_beside_a_real_registry() -> None:
    with pytest.raises(SettingsError, match="SAMPLE_NUMBERS is for the sandbox registry"):
        read({"SAMPLE_NUMBERS": "1", "REGISTRY_URL": "odcloud://key@api.odcloud.kr"})
    assert read({"SAMPLE_NUMBERS": "1"}).sample_numbers
    assert not read({}).sample_numbers


def test_a_needed_setting_is_named() -> None:
    with pytest.raises(SettingsError, match="WEB_DATABASE_URL is not set"):
        read({}).needed("WEB_DATABASE_URL")
