"""The one way to reach the engine: converter, codec, failure encoding."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.service import GrpcCompression, RPCError

from models.settings import Key
from workflows.runtime.codec import EncryptingCodec

RPC_TIMEOUT = dt.timedelta(seconds=4)


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


async def answers(client: Client) -> bool:
    """Does the engine answer within a second?"""
    try:
        return await client.service_client.check_health(timeout=dt.timedelta(seconds=1))
    except RPCError:
        return False
