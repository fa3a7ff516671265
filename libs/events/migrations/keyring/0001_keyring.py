"""The keyring: one wrapped key a subject, in a database of its own."""

from alembic import op

revision = "keyring_0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
        create table keyring (
            subject      text primary key collate "C",
            number       bigint generated always as identity unique,
            wrapped      bytea,
            wrapped_by   text,
            made_at      timestamptz not null default clock_timestamp(),
            destroyed_at timestamptz,
            lost         boolean not null default false,
            check ((wrapped is null) = (destroyed_at is not null)),
            check ((wrapped is null) = (wrapped_by is null)),
            check (not lost or wrapped is null)
        )
    """)
    # How many keys are destroyed is asked every second by every process.
    op.execute("create index keyring_destroyed on keyring (number) where wrapped is null")
