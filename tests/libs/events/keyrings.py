"""A service's keyring with its ledger, the backups that are put in its place, and a second process's view of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import urandom

import pytest
from sqlalchemy import Engine, text

from libs.events.keyring import DatabaseKeyring
from libs.events.keyrings.ledger import DatabaseLedger
from libs.events.keyrings.mending import Verified, reapply, verify
from libs.events.keyrings.standing import Standing
from libs.events.keyrings.wrapping import Wrapper
from libs.events.service import Parts

_COLUMNS = "subject, number, wrapped, wrapped_by, made_at, destroyed_at, lost"
_LEDGER = """
    create table subject_key (
        subject      text primary key collate "C",
        number       bigint not null,
        forgotten_at timestamptz
    );
    create index on subject_key (number);
    create index on subject_key (subject) where forgotten_at is not null;
"""


@dataclass
class Vaults:
    """One keyring, as several processes see it."""

    parts: Parts
    secret: bytes = field(default_factory=lambda: urandom(32))

    def __post_init__(self) -> None:
        with self.parts.engine.begin() as connection:
            if connection.execute(text("select to_regclass('subject_key')")).scalar_one() is None:
                connection.execute(text(_LEDGER))

    @property
    def keys(self) -> Engine:
        """Where the keyring lies."""
        return self.parts.keys

    @property
    def ledger(self) -> DatabaseLedger:
        """What the service remembers of it."""
        return DatabaseLedger(self.parts.engine)

    def process(self, *former: bytes, guarded: bool = True) -> DatabaseKeyring:
        """The keyring as another process has it; unguarded, it has no ledger."""
        return DatabaseKeyring(self.keys, self.secret, former, self.ledger if guarded else None)

    @contextmanager
    def put_back(self) -> Iterator[None]:
        """Back up on entering; on leaving, put the backup in place, its count of numbers too."""
        with self.keys.begin() as connection:
            connection.execute(text("create table backup as select * from keyring"))
            last = connection.execute(text("select coalesce(max(number), 0) from keyring")).scalar_one()
        yield
        with self.keys.begin() as connection:
            connection.execute(text("truncate keyring"))
            connection.execute(
                text(f"insert into keyring ({_COLUMNS}) overriding system value select {_COLUMNS} from backup")
            )
            connection.execute(text(f"alter table keyring alter column number restart with {last + 1}"))
            connection.execute(text("drop table backup"))

    def reapply(self) -> int:
        """As the command does."""
        return reapply(self.keys, self.ledger)

    def verify(self) -> Verified:
        """As the command does."""
        engine, service = self.parts.engine, self.parts.service.name
        return verify(self.keys, Wrapper(self.secret), self.ledger, engine, service)


def a_second_later(keyring: DatabaseKeyring) -> DatabaseKeyring:
    """The process looks anew at its next use."""
    standing: Standing = keyring._standing
    standing._next_look = 0.0
    return keyring


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second is over before a test says so, however slow the machine."""
    monkeypatch.setattr("libs.events.keyrings.standing.LOOK_SECONDS", 3_600.0)
