"""Makes a database ready: logins, schema, demo data. Each part may be run again at any time.

`python -m ops.bootstrap` does all; `schema` needs the database alone, `demo` also the engine and a worker.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from holidays import country_holidays
from psycopg import sql
from sqlalchemy import create_engine
from sqlmodel import Session

from models.clock import now
from models.settings import SettingsError, settings
from models.terms import standard
from ops.errors import OperatorError
from ops.layout import OWNER, PASSWORD_OF, SANDBOX, WEB, WORKER, database_of, with_database, with_login

ROOT = Path(__file__).resolve().parents[1]
LOCK = 0x446F6E67
"""Key of the advisory lock that lets one bootstrap at a time through."""

SESSION_LIMITS = {
    WEB: {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s", "lock_timeout": "10s"},
    WORKER: {"idle_in_transaction_session_timeout": "120s", "lock_timeout": "10s"},
    SANDBOX: {"statement_timeout": "30s", "search_path": "sandbox"},
}


def prepare_database(admin: str, passwords: Mapping[str, str], database: str) -> None:
    """Create or update logins, database and who owns what; `admin` may create roles and databases."""
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        for role, name in PASSWORD_OF.items():
            _put_role(connection, role, passwords[name])
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
        if found is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'").format(
                    sql.Identifier(database), sql.Identifier(OWNER)
                )
            )
        # Inside the lock: two bootstraps at once would change the same catalogue rows.
        with psycopg.connect(with_database(admin, database), autocommit=True) as inside:
            _put_rights(inside, database)


def migrate(owner: str) -> None:
    """Bring the schema to the newest version; `owner` is the address of the owner's login."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "models" / "migrations"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", owner.replace("%", "%%"))
    config.attributes["url"] = owner
    command.upgrade(config, "head")


def put_holidays(owner: str) -> None:
    """Korean public and substitute holidays, from two years back to three ahead; what is there stays."""
    year = now().year
    known = country_holidays("KR", years=range(year - 2, year + 4), language="ko")
    with psycopg.connect(owner) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO holiday (day, name) VALUES (%s, %s) ON CONFLICT DO NOTHING", sorted(known.items())
        )


def put_terms(owner: str) -> None:
    """The first version of every text of the terms; what is there stays."""
    engine = create_engine(owner.replace("postgresql://", "postgresql+psycopg://", 1))
    with Session(engine) as session, session.begin():
        standard.put(session, now())
    engine.dispose()


def schema(environ: Mapping[str, str]) -> None:
    """Logins, then migrations. Without rights to make logins they must be there already."""
    admin = environ.get("ADMIN_DATABASE_URL", "") or environ.get("DATABASE_URL", "")
    if not admin:
        raise OperatorError("DATABASE_URL is not set; `make run` sets it, elsewhere the environment must.")
    passwords = {name: environ.get(name, "") for name in PASSWORD_OF.values()}
    if not all(passwords.values()):
        migrate(admin)
        put_holidays(admin)
        put_terms(admin)
        return
    database = database_of(admin)
    prepare_database(admin, passwords, database)
    owner = with_login(admin, OWNER, passwords[PASSWORD_OF[OWNER]], database)
    migrate(owner)
    put_holidays(owner)
    put_terms(owner)


def demo() -> None:
    """Load the demo data, unless DEMO is 0."""
    if settings().demo:
        from ops.seed import run

        run()


def _put_role(connection: psycopg.Connection, role: str, password: str) -> None:
    # Hashed here, so that the password itself is never in a statement the server might log.
    secret = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            verb, sql.Identifier(role), sql.Literal(secret)
        )
    )
    refused = connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    if refused is None or refused[0]:
        raise OperatorError(f"The login {role} may pass by row-level security; take SUPERUSER and BYPASSRLS from it.")
    for name, value in SESSION_LIMITS.get(role, {}).items():
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value))
        )
    if not _is_superuser(connection):
        # Needed to make things in that role's name.
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))


def _is_superuser(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def _put_rights(connection: psycopg.Connection, database: str) -> None:
    """The owner owns the tables' schema, the sandbox world its own; the others only look into the first."""
    names = {
        "database": sql.Identifier(database),
        "owner": sql.Identifier(OWNER),
        "users": sql.SQL(", ").join(sql.Identifier(role) for role in (WORKER, WEB)),
        "all": sql.SQL(", ").join(sql.Identifier(role) for role in PASSWORD_OF),
        "sandbox": sql.Identifier(SANDBOX),
    }
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {all}",
        "GRANT CREATE, TEMPORARY ON DATABASE {database} TO {owner}",
        "ALTER SCHEMA public OWNER TO {owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {users}",
        "CREATE SCHEMA IF NOT EXISTS sandbox AUTHORIZATION {sandbox}",
        "CREATE SCHEMA IF NOT EXISTS hub AUTHORIZATION {sandbox}",
    ):
        connection.execute(sql.SQL(statement).format(**names))


PARTS: Mapping[str, Callable[[], None]] = {"schema": lambda: schema(os.environ), "demo": demo}


def main(arguments: list[str]) -> int:
    """Run the named parts, or all; 2 with a sentence when the operator must do something."""
    unknown = [name for name in arguments if name not in PARTS]
    if unknown:
        print(f"There is no part {unknown[0]!r}; the parts are {' and '.join(PARTS)}.", file=sys.stderr)
        return 2
    try:
        for name in arguments or PARTS:
            began = time.monotonic()
            PARTS[name]()
            print(f"{name} is ready ({time.monotonic() - began:.1f} s)")
    except (OperatorError, SettingsError, psycopg.OperationalError) as problem:
        print(str(problem).strip(), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
