"""The keyring: one wrapped key a subject, in a database of its own."""

from alembic import op

revision = "keyring_0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
        create table keyring (
            subject      text primary key collate "C",
            wrapped      bytea,
            made_at      timestamptz not null default clock_timestamp(),
            destroyed_at timestamptz,
            check ((wrapped is null) = (destroyed_at is not null))
        )
    """)
