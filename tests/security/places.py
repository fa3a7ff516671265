"""Everywhere that something could lie in the clear: tables, topics, files and exports, as named contents."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import zstandard
from kafka import TopicPartition
from psycopg import sql

from libs.events.kafka import Log

Content = tuple[str, bytes]
# Of the catalogue, what holds values of rows or statements; all else in it is our own words.
CATALOGUE = ("pg_statistic", "pg_statistic_ext_data", "pg_largeobject", "pg_stat_activity", "pg_stat_statements")
ENGINES = (("postgresql", "data"), ("kafka", "data"))


def databases(url: str) -> list[str]:
    """Every database of the server that can be entered."""
    with psycopg.connect(url) as connection:
        return [name for (name,) in connection.execute("select datname from pg_database where datallowconn")]


def tables(url: str, of: Iterable[str] | None = None) -> Iterator[Content]:
    """Every table of every database, as text and, where a column holds bytes, unpacked; for a superuser's eyes."""
    for database in of or databases(url):
        with psycopg.connect(url, dbname=database) as connection:
            for schema, table in _relations(connection):
                place = f"{database}.{schema}.{table}"
                name = sql.Identifier(schema, table)
                with connection.cursor().copy(sql.SQL("copy (select * from {}) to stdout").format(name)) as rows:
                    yield place, b"".join(rows)
                for column in _binary_columns(connection, schema, table):
                    query = sql.SQL("select {} from {}").format(sql.Identifier(column), name)
                    packed = (bytes(value) for (value,) in connection.execute(query) if value is not None)
                    yield f"{place}.{column} unpacked", b"\n".join(inside for one in packed for inside in unpacked(one))


def activity(url: str) -> bytes:
    """What every session of the server was asked last."""
    with (
        psycopg.connect(url) as connection,
        connection.cursor().copy("copy (table pg_stat_activity) to stdout") as rows,
    ):
        return b"".join(rows)


def topics(bootstrap_servers: str, of: Iterable[str] | None = None) -> Iterator[Content]:
    """Every record of every topic, those of the broker and those never committed too: key, headers and value."""
    log = Log(bootstrap_servers)
    with log._consumer(isolation_level="read_uncommitted", exclude_internal_topics=False) as consumer:
        for topic in of or sorted(consumer.topics()):
            places = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic) or ()]
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            ends = consumer.end_offsets(places)
            said: list[bytes] = []
            while any(consumer.position(place) < ends[place] for place in places):
                for records in consumer.poll(timeout_ms=500).values():
                    for record in records:
                        headers = (part for name, value in record.headers for part in (name.encode(), value or b""))
                        said += [record.key or b"", *headers, record.value or b""]
            yield topic, b"\n".join(said)


def files(root: Path) -> Iterator[Content]:
    """Every file of the stack's folder outside the engines' data: what each process said, and the settings."""
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.is_file() and inside.parts[:2] not in ENGINES:
            yield str(inside), path.read_bytes()


def engine_files(root: Path, first_wal: str) -> Iterator[Content]:
    """What the engines wrote as it came: Kafka's segments, and PostgreSQL's write-ahead log from a segment on.

    That log has seen every row, also those that are gone.
    """
    postgresql, kafka = (root.joinpath(*folder) for folder in ENGINES)
    wal = (path for path in (postgresql / "pg_wal").glob("0*") if path.name >= first_wal)
    for path in (*kafka.rglob("*.log"), *wal):
        yield str(path.relative_to(root)), path.read_bytes().rstrip(b"\0")


def wal_segment(url: str) -> str:
    """The segment of the write-ahead log that is written now."""
    with psycopg.connect(url) as connection:
        row = connection.execute("select pg_walfile_name(pg_current_wal_lsn())").fetchone()
        assert row is not None
        return str(row[0])


def unpacked(content: bytes) -> Iterator[bytes]:
    """What is inside, where the content is an archive or compressed: neither hides anything."""
    if content[:4] == b"\x28\xb5\x2f\xfd":
        with suppress(zstandard.ZstdError):
            yield zstandard.ZstdDecompressor().decompressobj().decompress(content)
    if content[:2] == b"\x1f\x8b":
        with suppress(OSError, EOFError, zlib.error):
            yield gzip.decompress(content)
    if content[:4] == b"PK\x03\x04":
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def _relations(connection: psycopg.Connection) -> Iterable[tuple[str, str]]:
    return connection.execute(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where (c.relkind in ('r', 'p', 'm', 'f', 'S') and n.nspname not in ('pg_catalog', 'pg_toast')"
        "        and n.nspname <> 'information_schema') or c.relname = any(%s) order by 1, 2",
        [list(CATALOGUE)],
    ).fetchall()


def _binary_columns(connection: psycopg.Connection, schema: str, table: str) -> list[str]:
    found = connection.execute(
        "select column_name from information_schema.columns"
        " where table_schema = %s and table_name = %s and data_type = 'bytea' order by 1",
        [schema, table],
    )
    return [name for (name,) in found]
