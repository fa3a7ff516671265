"""Everything that the product left anywhere, and somebody planted in the clear in each kind of place."""

import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg

from libs.events.kafka import Log, events_topic
from tests.security.canaries import CONTROL
from tests.security.conftest import Left
from tests.security.erasure.dumping import dumps
from tests.security.places import Content, activity, engine_files, files, tables, topics

# Below it lie the server's own tables.
FIRST_OF_OURS = 16_384


def everything(left: Left) -> Iterator[Content]:
    """Tables, dumps, what sessions were asked, topics, logs and settings, engines' files, exports: each by its kind."""
    kinds = {
        "table": tables(left.superuser),
        "dump": dumps(left.superuser),
        "session": iter([("pg_stat_activity", activity(left.superuser))]),
        "topic": topics(left.kafka),
        "file": files(left.stack.root),
        "engine": engine_files(left.stack.root, left.first_wal),
        "page": pages(left.stack.root),
        "export": iter(left.exports),
    }
    for kind, contents in kinds.items():
        for place, content in contents:
            yield f"{kind} {place}", content


def pages(root: Path) -> Iterator[Content]:
    """Tables and indexes as they lie on the disk, with what was deleted and not overwritten yet."""
    data = root / "postgresql" / "data"
    for path in data.glob("base/*/*"):
        if path.name.partition(".")[0].isdecimal() and int(path.name.partition(".")[0]) >= FIRST_OF_OURS:
            yield str(path.relative_to(data)), path.read_bytes()


def plant(left: Left) -> None:
    """Somebody in the clear in a table, a topic, a log and an export; and with the table in dump, page and WAL."""
    with psycopg.connect(left.superuser, dbname="clubs", autocommit=True) as connection:
        connection.execute("create table planted as select %s::text as name", [CONTROL.name()])
        connection.execute("checkpoint")
    with closing(Log(left.kafka).publisher("planting")) as publisher:
        publisher.publish([(events_topic("clubs"), 0, "nobody", CONTROL.name().encode())])
    left.stack.root.joinpath("logs", "planted.log").write_text(CONTROL.twelve())
    body = zlib.compress(CONTROL.name().encode())
    with urlopen(Request(left.collector.endpoint, body, {"Content-Encoding": "deflate"})):  # noqa: S310 -- Our own.
        pass
