"""`aftercare migrate | topics | api | worker`: what a deployment runs, one process each."""

import logging
from dataclasses import replace
from typing import Annotated

import typer

from deploy.services import NAMES, message_folders, service
from deploy.signing import signing_of
from libs.events.clock import refuse_moved_clock
from libs.events.kafka import Log
from libs.events.keyrings.wrapping import refuse_unopenable
from libs.events.observed import observed
from libs.events.service import migrate_service, open_parts
from libs.events.settings import service_settings, settings
from libs.events.tables import refuse_stale
from libs.events.worker import run_worker
from libs.vietnam.units import UnitRef, scope_communes, subtree

app = typer.Typer()
Name = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(NAMES))]


@app.command()
def migrate(names: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None) -> None:
    """Bring databases and keyrings to the newest schema, and make the tables of new projections."""
    for name in names or NAMES:
        migrate_service(service(name), service_settings(name))
        typer.echo(f"{name}: at the newest schema")


@app.command()
def topics(*, replication: Annotated[int, typer.Option(help="Copies of each partition; 3 in production.")] = 1) -> None:
    """Make the services' topics where missing, and check their partitions and policies."""
    log = Log(settings().kafka_bootstrap_servers)
    for name in NAMES:
        log.ensure_topics(name, replication)
        typer.echo(f"{name}: topics are there")


@app.command()
def api(name: Name) -> None:
    """Answer the requests of one service until told to stop."""
    # The worker does without the web.
    from libs.web.serve import serve  # noqa: PLC0415

    _speak()
    serve(service(name), expand_units=responsible_for, messages=message_folders(name))


@app.command()
def worker(name: Name) -> None:
    """Relay and follow for one service until told to stop."""
    _speak()
    shared, own = settings(), service_settings(name)
    made = service(name)
    with observed(f"{name}-worker", shared.otlp_endpoint):
        parts = open_parts(replace(made, chores=[*made.chores, *signing_of(name)]), own, "worker")
        refuse_unopenable(parts.keys, own.key_encryption_keys)
        refuse_moved_clock(parts.engine, shared.aftercare_mode)
        refuse_stale(parts.engine, name, parts.service.projections)
        if not run_worker(parts, Log(shared.kafka_bootstrap_servers), instance=shared.worker_instance):
            raise typer.Exit(1)


def responsible_for(unit: str) -> frozenset[str]:
    """The units whose records the office of a unit answers for: its subtree, and what was wholly merged into it."""
    return frozenset(subtree(UnitRef(unit))) | frozenset(scope_communes(UnitRef(unit)))


def _speak() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.ERROR)
    # Ten lines a second about a topic that is gone; relay and watch say it as well, and once.
    logging.getLogger("kafka.cluster").setLevel(logging.CRITICAL)
