"""The journal, its heads and append functions, checkpoints, marks and the projections' registers."""

from pathlib import Path

from alembic import context, op

revision = "journal_0001"
down_revision = None


def upgrade() -> None:
    script = Path(__file__).with_suffix(".sql").read_text("utf-8")
    for name, value in context.config.attributes["names"].items():
        script = script.replace(f"{{{name}}}", value)
    op.get_bind().exec_driver_sql(script)
