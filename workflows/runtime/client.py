"""The one way to reach the engine: converter, codec, failure encoding."""

import asyncio
import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.service import GrpcCompression, RPCError, RPCStatusCode

from models.settings import Key
from workflows.runtime.codec import EncryptingCodec

RPC_TIMEOUT = dt.timedelta(seconds=4)
HEALTH_TIMEOUT = dt.timedelta(seconds=1)
HEALTH_SECONDS = 1.5
NEVER_CONNECTED = "Failed client connect"


def data_converter(payload_keys: Sequence[Key]) -> DataConverter:
    """Pydantic payloads, encrypted, failures included."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=EncryptingCodec(payload_keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(address: str, namespace: str, payload_keys: Sequence[Key], *, lazy: bool = False) -> Client:
    """A client; a lazy one connects on first use, so that pages are served while the engine is down."""
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=data_converter(payload_keys),
        lazy=lazy,
        # What travels is encrypted: there is nothing to squeeze.
        grpc_compression=GrpcCompression.NONE,
    )


@contextmanager
def reaching() -> Iterator[None]:
    """Of a lazy client that has never reached its engine: the plain error it raises, as the one it raises later on."""
    try:
        yield
    except RuntimeError as error:
        if not str(error).startswith(NEVER_CONNECTED):
            raise
        raise RPCError(str(error), RPCStatusCode.UNAVAILABLE, b"") from error


async def answers(client: Client) -> bool:
    """Does the engine answer within a second?"""
    try:
        with reaching():
            # To connect has no time limit of its own.
            return await asyncio.wait_for(client.service_client.check_health(timeout=HEALTH_TIMEOUT), HEALTH_SECONDS)
    except (RPCError, TimeoutError):
        return False
