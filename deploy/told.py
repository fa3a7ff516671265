"""How a program of ours ends when something fails that a user can cause or mend: one line on stderr, exit code 1."""

import os
import sys
from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path

import psycopg
import typer
from psycopg.errors import DiskFull
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from deploy.erasure_commands import NobodyToErase
from deploy.local.failure import StackFailed
from deploy.parked_commands import NotParked
from deploy.rebuilding import FillingFailed, NoSuchGroup
from deploy.services import NoSuchService
from libs.events.checkpoints import OwnershipLost
from libs.events.clock import ClockRefused
from libs.events.journal import JournalUnverified
from libs.events.kafka import LogError, LogRefused
from libs.events.keyring import KeyringBehind
from libs.events.keyrings.wrapping import KeyUnopenable
from libs.events.parking import TooManyParked
from libs.events.proving import BrokenLog
from libs.events.rebuild import NothingToRollBack, RebuildDiffers
from libs.events.settings import ServiceSettings, Settings
from libs.events.tables import TablesStale
from libs.web.issuer import IssuerRefused
from libs.web.keys import KeysRefused

EXPECTED = (
    StackFailed,
    BrokenLog,
    FillingFailed,
    NoSuchService,
    NoSuchGroup,
    NotParked,
    NobodyToErase,
    ClockRefused,
    IssuerRefused,
    JournalUnverified,
    KeyringBehind,
    KeysRefused,
    KeyUnopenable,
    LogError,
    LogRefused,
    NothingToRollBack,
    OwnershipLost,
    RebuildDiffers,
    TablesStale,
    TooManyParked,
    DBAPIError,
    psycopg.Error,
    OSError,
)
_SETTINGS = {Settings.__name__, ServiceSettings.__name__}


def told(program: Callable[[], object]) -> None:
    """Run a program; what was to be expected ends it with one line, anything else with its traceback."""
    try:
        program()
    except ValidationError as wrong:
        if wrong.title not in _SETTINGS:
            raise
        names = ", ".join(str(error["loc"][0]).upper() for error in wrong.errors())
        _end(f"settings are missing or wrong: {names}; `source .local/env` sets them all")
    except EXPECTED as failure:
        _end(_line(failure))


def _line(failure: Exception) -> str:
    if isinstance(failure, PermissionError) and failure.filename:
        return _denied(Path(failure.filename))
    if getattr(failure, "errno", None) == ENOSPC or isinstance(getattr(failure, "orig", failure), DiskFull):
        return "the disk is full: make room and say it again"
    return str(failure).splitlines()[0]


def _denied(path: Path) -> str:
    there = next(one for one in (path, *path.parents) if os.path.exists(one))  # noqa: PTH110 -- Where Path raises, it says no.
    try:
        owner = there.owner()
    except KeyError:
        owner = f"user {there.stat().st_uid}"
    return f"{path} is closed to you, {there} belongs to {owner}: go on as {owner}, or in a checkout of your own"


def _end(line: str) -> None:
    typer.echo(f"aftercare: {line}", err=True)
    sys.exit(1)
