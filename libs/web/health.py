"""Whether a process is alive, and whether it can do its work: reachable, verified, on the newest schema."""

from collections.abc import Callable, Iterable
from pathlib import Path

import orjson
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from libs.events import migrate
from libs.events.service import Parts

LIVE = "/health/live"
READY = "/health/ready"


def live(_request: Request) -> Response:
    """The process answers."""
    return Response(orjson.dumps({"status": "live"}), media_type="application/json")


def ready(parts: Parts) -> Callable[[Request], Response]:
    """An endpoint that answers 200 when every check holds, else 503; it names the checks and nothing else."""
    script = _script(parts.service.migrations)

    def endpoint(_request: Request) -> Response:
        checks = _checks(parts, script)
        good = all(checks.values())
        content = {"status": "ready" if good else "not-ready", "checks": checks}
        return Response(orjson.dumps(content), 200 if good else 503, media_type="application/json")

    return endpoint


def _checks(parts: Parts, script: ScriptDirectory) -> dict[str, bool]:
    checks = {"database": False, "journal": False, "schema": False}
    try:
        with parts.engine.connect() as connection:
            checks["database"] = True
            checks["journal"] = bool(connection.execute(_VERIFIED).scalar_one())
            checks["schema"] = _at_head(connection, script)
    except (SQLAlchemyError, RevisionError):
        # Which check failed says enough here; the requests that fail say the rest in the log.
        return checks
    return checks


def _at_head(connection: Connection, script: ScriptDirectory) -> bool:
    found = tuple(connection.execute(text("select version_num from alembic_version")).scalars())
    applied = {revision.revision for revision in script.iterate_revisions(found, "base")}
    return applied.issuperset(script.get_heads())


def _script(folders: Iterable[Path]) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrate.JOURNAL.parent))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(folder) for folder in (migrate.JOURNAL, *folders)))
    return ScriptDirectory.from_config(config)


_VERIFIED = text("select exists (select from journal_verified where identity = journal_identity_now())")
