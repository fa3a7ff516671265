"""Files of police lists, their rows to be done or decided, and the persons that their senders' rows mean."""

from pathlib import Path

from alembic import context, op

revision = "registry_0001"
down_revision = None
depends_on = "journal_0001"


def upgrade() -> None:
    script = Path(__file__).with_suffix(".sql").read_text("utf-8")
    for name, value in context.config.attributes["names"].items():
        script = script.replace(f"{{{name}}}", value)
    op.get_bind().exec_driver_sql(script)
