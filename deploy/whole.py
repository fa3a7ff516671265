"""The whole product on one machine: engines, schemas, topics, and eight kept processes."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from deploy.local.processes import Command, answers
from deploy.local.stack import Stack
from deploy.rebuilding import rebuild_group, stale_groups
from deploy.services import NAMES, service
from libs.events.clock import now, set_development_clock
from libs.events.database import connect
from libs.events.kafka import Log
from libs.events.service import migrate_service, open_parts
from libs.events.settings import Settings, service_settings, settings
from libs.web.issuer import Issuer

# Requests under way have three; a worker that leaves its group while another's death is waited out would take ten and
# more, and bears a kill.
STOP_SECONDS = 5.0
Say = Callable[[str], None]


def bring_up(stack: Stack, say: Say = lambda _: None) -> None:
    """Start everything that does not run, in order, and return when every API is ready."""
    stack.up()
    say("PostgreSQL and Kafka answer")
    with settings_of(stack) as shared:
        issuer(shared)
        for name in NAMES:
            migrate_service(service(name), service_settings(name))
        say("databases and keyrings are at the newest schema")
        log = Log(shared.kafka_bootstrap_servers)
        for name in NAMES:
            log.ensure_topics(name, 1)
        say("topics are there")
        for name in NAMES:
            _build_stale(name, say)
    stack.up(processes())
    say("four services answer")


def _build_stale(name: str, say: Say) -> None:
    with closing(open_parts(service(name), service_settings(name), "worker", transaction_seconds=0)) as parts:
        for group in stale_groups(parts):
            rebuild_group(parts, group)
            say(f"{group} of {name} is built for this code")


def processes() -> list[Command]:
    """A worker and an API of each service, each kept running; workers first, since they verify the journals."""
    workers = [Command(f"{name}-worker", kept("worker", name), stop_seconds=STOP_SECONDS) for name in NAMES]
    return [*workers, *map(_api, NAMES)]


def _api(name: str) -> Command:
    ready = answers(f"{name.upper()}_URL", "/health/ready")
    return Command(f"{name}-api", kept("api", name), ready, stop_seconds=STOP_SECONDS)


def kept(*words: str) -> tuple[str, ...]:
    """A command of ours under the keeper."""
    keeper = (sys.executable, "-m", "deploy.local.keeper")
    return (*keeper, sys.executable, "-m", "deploy.cli", *words)


@contextmanager
def settings_of(stack: Stack) -> Iterator[Settings]:
    """This process under the settings of a stack, for as long as the block runs."""
    before = dict(os.environ)
    os.environ.update(stack.environment())
    _forget()
    try:
        yield settings()
    finally:
        os.environ.clear()
        os.environ.update(before)
        _forget()


def issuer(shared: Settings) -> Issuer:
    """The development issuer, beside the JWKS that the services trust."""
    folder = Path(shared.token_jwks).parent
    made = Issuer(folder, mode=shared.aftercare_mode, issuer=shared.token_issuer, audience=shared.token_audience)
    if not made.jwks.exists():
        # Its first start was killed between the key and what makes it known.
        made.rotate()
    return made


class Clock:
    """The development clock of all services; close it to give its connections back."""

    def __init__(self, shared: Settings) -> None:
        self._mode = shared.aftercare_mode
        urls = [service_settings(name).owner_database_url.get_secret_value() for name in NAMES]
        self._owners = [connect(url, "aftercare clock", pool=1) for url in urls]

    def set(self, instant: datetime) -> None:
        """Let every service live at an instant from now on."""
        for owner in self._owners:
            set_development_clock(owner, self._mode, instant)

    def reach(self, instant: datetime) -> None:
        """Let those services live at an instant that are not beyond it."""
        for owner in self._owners:
            if now(owner) < instant:
                set_development_clock(owner, self._mode, instant)

    def close(self) -> None:
        """End its sessions."""
        for owner in self._owners:
            owner.dispose()


def _forget() -> None:
    settings.cache_clear()
    service_settings.cache_clear()
