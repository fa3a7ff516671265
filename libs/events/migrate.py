"""Brings one database to the newest schema: the library's own tables, then the service's."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from libs.events.crash import crash_point

_HERE = Path(__file__).parent / "migrations"
JOURNAL = _HERE / "journal"
KEYRING = _HERE / "keyring"


def migrate(engine: Engine, locations: Sequence[Path], names: Mapping[str, str]) -> None:
    """Apply what is missing of the migrations in `locations`, all in one transaction.

    `names` fills the scripts: `service`, and the role names `api` and `worker`.
    """
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(location) for location in locations))
    with engine.begin() as connection:
        config.attributes.update(connection=connection, names=names)
        command.upgrade(config, "heads")
        crash_point("migration.before-commit")
    crash_point("migration.after-commit")
