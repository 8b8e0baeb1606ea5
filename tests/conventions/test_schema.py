"""The migrated database is the one the tables and policies describe."""

import uuid
from typing import Any

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import NullPool, create_engine
from sqlmodel import SQLModel

import models.registry  # noqa: F401 - fills the metadata
from models import policies
from models.contracts import names
from models.functions import FUNCTIONS
from tests import engines
from tests.engines import Database

POLICIES = "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2"
SECURED = (
    "SELECT relname, relrowsecurity FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'public' AND relkind = 'r' AND relname <> 'alembic_version' ORDER BY 1"
)
GRANTS = (
    "SELECT grantee, table_name, column_name, privilege_type FROM information_schema.column_privileges"
    " WHERE table_schema = 'public' AND grantee LIKE 'dongban_%' AND grantee <> 'dongban_owner' ORDER BY 1, 2, 3, 4"
)
DELETES = (
    "SELECT grantee, table_name FROM information_schema.table_privileges WHERE table_schema = 'public'"
    " AND privilege_type = 'DELETE' AND grantee LIKE 'dongban_%' AND grantee <> 'dongban_owner' ORDER BY 1, 2"
)
ROLES = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'dongban_%' AND (rolsuper OR rolbypassrls)"


def _sqlalchemy(url: str) -> Any:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)


def test_migrations_and_tables_agree(database: Database) -> None:
    engine = _sqlalchemy(database.owner_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, SQLModel.metadata)
    assert differences == []


def test_policies_and_grants_are_those_of_the_list(database: Database) -> None:
    with engines.new_database(f"bare_{uuid.uuid4().hex}") as bare:
        with psycopg.connect(bare.owner_url, autocommit=True) as connection:
            connection.execute("DROP OWNED BY dongban_owner CASCADE")
        with psycopg.connect(bare.admin_url, autocommit=True) as connection:
            connection.execute("CREATE SCHEMA IF NOT EXISTS public")
            connection.execute("ALTER SCHEMA public OWNER TO dongban_owner")
        engine = _sqlalchemy(bare.owner_url)
        with engine.begin() as made:
            made.exec_driver_sql(names.PIECES)
            SQLModel.metadata.create_all(made)
            for statement in (*FUNCTIONS, *policies.statements()):
                made.exec_driver_sql(statement.replace("%", "%%"))
        expected, found = _rights(bare.admin_url), _rights(database.admin_url)
    assert found == expected
    assert len(found["policies"]) > 50


def _rights(url: str) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(url) as connection:
        return {
            "policies": connection.execute(POLICIES).fetchall(),
            "secured": connection.execute(SECURED).fetchall(),
            "grants": connection.execute(GRANTS).fetchall(),
            "deletes": connection.execute(DELETES).fetchall(),
        }


def test_no_program_role_can_pass_by_row_level_security(database: Database) -> None:
    with psycopg.connect(database.admin_url) as connection:
        assert connection.execute(ROLES).fetchall() == []
        secured: dict[str, bool] = dict(connection.execute(SECURED).fetchall())
        owned = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE tableowner IN ('dongban_web', 'dongban_worker')"
        ).fetchone()
    assert set(secured) == set(SQLModel.metadata.tables)
    assert all(secured.values())
    assert owned == (0,)
