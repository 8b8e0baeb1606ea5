"""What the engine keeps: sealed payloads that name their key, failures included."""

import pytest
from cryptography.exceptions import InvalidTag
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError

from models.settings import Key
from workflows.runtime.client import data_converter

OLD, NEW = Key("k0", b"0" * 32), Key("k1", b"1" * 32)
SECRET = "880101-1234567"


async def test_a_payload_is_sealed_with_the_first_key_and_opened_with_any() -> None:
    (sealed,) = await data_converter([OLD]).encode([{"number": SECRET}])
    assert sealed.metadata["key"] == b"k0"
    assert SECRET.encode() not in sealed.SerializeToString()
    rotated = data_converter([NEW, OLD])
    assert await rotated.decode([sealed]) == [{"number": SECRET}]
    (again,) = await rotated.encode([{"number": SECRET}])
    assert again.metadata["key"] == b"k1"
    with pytest.raises(KeyError):
        await data_converter([OLD]).decode([again])


async def test_a_failure_is_sealed_too() -> None:
    converter, failure = data_converter([NEW]), Failure()
    await converter.encode_failure(ApplicationError(SECRET, {"reason": SECRET}, type="reason_required"), failure)
    assert SECRET.encode() not in failure.SerializeToString()
    opened = await converter.decode_failure(failure)
    assert isinstance(opened, ApplicationError)
    assert (opened.message, opened.type) == (SECRET, "reason_required")


async def test_one_changed_byte_is_no_payload() -> None:
    converter = data_converter([NEW])
    (sealed,) = await converter.encode(["x"])
    sealed.data = sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
    with pytest.raises(InvalidTag):
        await converter.decode([sealed])
