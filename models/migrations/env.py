"""Alembic's entry: migrations run with the owner's login, whose address the caller hands in."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import models.registry  # noqa: F401 - fills the metadata
from models.columns import Encrypted


def render(kind: str, thing: Any, context_: Any) -> str | Literal[False]:  # noqa: ARG001 - Alembic's signature
    """An encrypted column is plain bytes to the database; migrations do not depend on the program's types."""
    return "sa.LargeBinary()" if kind == "type" and isinstance(thing, Encrypted) else False


def run(url: str) -> None:
    """Run what the caller asked for in one transaction."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=SQLModel.metadata, compare_type=True, render_item=render
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run(context.config.attributes["url"])
