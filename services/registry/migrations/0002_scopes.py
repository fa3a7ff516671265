"""Who sees a person: the commune where they live, and the one that manages their latest case."""

from pathlib import Path

from alembic import context, op

revision = "registry_0002"
down_revision = "registry_0001"
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_suffix(".sql").read_text("utf-8")
    for name, value in context.config.attributes["names"].items():
        script = script.replace(f"{{{name}}}", value)
    op.get_bind().exec_driver_sql(script)
