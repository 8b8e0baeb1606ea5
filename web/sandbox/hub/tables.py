"""What the hub remembers, in a schema of its own."""

from typing import LiteralString

TABLES: tuple[LiteralString, ...] = (
    """CREATE TABLE IF NOT EXISTS hub.authority (
        id int PRIMARY KEY CHECK (id = 1),
        key_pem text NOT NULL,
        certificate_pem text NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS hub.company (
        registration_number text PRIMARY KEY,
        name text NOT NULL,
        representative text NOT NULL DEFAULT '',
        address text NOT NULL DEFAULT '',
        membership text NOT NULL CHECK (membership IN ('full', 'associate')),
        send_mode text NOT NULL DEFAULT 'now' CHECK (send_mode IN ('now', 'next_day')),
        password_hash text NOT NULL,
        tries int NOT NULL DEFAULT 0,
        locked_until timestamptz,
        joined_at timestamptz NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS hub.session (
        hash text PRIMARY KEY,
        registration_number text NOT NULL REFERENCES hub.company,
        at timestamptz NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS hub.certificate (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        registration_number text NOT NULL REFERENCES hub.company,
        serial text NOT NULL UNIQUE,
        pkcs12 bytea NOT NULL,
        password text NOT NULL,
        valid_from timestamptz NOT NULL,
        valid_until timestamptz NOT NULL,
        at timestamptz NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS certificate_company ON hub.certificate (registration_number, id DESC)",
    "CREATE SEQUENCE IF NOT EXISTS hub.approval_serial MAXVALUE 99999999",
    """CREATE TABLE IF NOT EXISTS hub.document (
        key text PRIMARY KEY,
        id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        direction text NOT NULL CHECK (direction IN ('reverse', 'forward')),
        request_hash text NOT NULL,
        supplier text NOT NULL REFERENCES hub.company,
        buyer_name text NOT NULL,
        title text NOT NULL,
        type_code text NOT NULL,
        written_on date NOT NULL,
        supply bigint NOT NULL,
        tax bigint NOT NULL,
        total bigint NOT NULL,
        xml bytea NOT NULL,
        signed bytea,
        contact jsonb NOT NULL,
        memo text NOT NULL,
        state text NOT NULL,
        state_version int NOT NULL,
        approval_number text UNIQUE,
        issued_at timestamptz,
        reason text,
        due_at timestamptz,
        sendings int NOT NULL DEFAULT 0,
        sent_at timestamptz,
        result_code text,
        result_text text,
        mails int NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS document_supplier ON hub.document (supplier, id DESC)",
    "CREATE INDEX IF NOT EXISTS document_due ON hub.document (due_at) WHERE due_at IS NOT NULL",
    """CREATE TABLE IF NOT EXISTS hub.change (
        key text NOT NULL REFERENCES hub.document,
        state_version int NOT NULL,
        state text NOT NULL,
        by text NOT NULL,
        note text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (key, state_version)
    )""",
    """CREATE TABLE IF NOT EXISTS hub.mail (
        key text PRIMARY KEY,
        box text NOT NULL,
        subject text NOT NULL,
        body text NOT NULL,
        at timestamptz NOT NULL,
        sent_at timestamptz
    )""",
    "CREATE INDEX IF NOT EXISTS mail_unsent ON hub.mail (at) WHERE sent_at IS NULL",
    """CREATE TABLE IF NOT EXISTS hub.message (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id text NOT NULL,
        key text NOT NULL,
        body bytea NOT NULL,
        forged boolean NOT NULL DEFAULT false,
        at timestamptz NOT NULL,
        recorded_at timestamptz,
        due_at timestamptz,
        tries int NOT NULL DEFAULT 0,
        status int,
        taken_at timestamptz
    )""",
    "CREATE INDEX IF NOT EXISTS message_due ON hub.message (due_at, id) WHERE due_at IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS message_key ON hub.message (key)",
    """CREATE TABLE IF NOT EXISTS hub.weather (
        id int PRIMARY KEY CHECK (id = 1),
        seed text NOT NULL,
        down_until timestamptz,
        pace text NOT NULL DEFAULT 'demo',
        failure_percent int NOT NULL DEFAULT 0,
        fail_next int NOT NULL DEFAULT 0,
        api_failure_percent int NOT NULL DEFAULT 0,
        lost_percent int NOT NULL DEFAULT 0,
        newcomers text NOT NULL DEFAULT 'full',
        copies int NOT NULL DEFAULT 1,
        shuffle_seconds int NOT NULL DEFAULT 0,
        delay_seconds int NOT NULL DEFAULT 0,
        drop_percent int NOT NULL DEFAULT 0,
        forge_percent int NOT NULL DEFAULT 0
    )""",
    "INSERT INTO hub.weather (id, seed) VALUES (1, 'hub') ON CONFLICT DO NOTHING",
)
