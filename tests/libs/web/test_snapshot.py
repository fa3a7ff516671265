"""One answer is read at one instant, whatever is written meanwhile; and it writes nothing."""

from uuid import UUID

import pytest
from sqlalchemy.exc import InternalError

from libs.events.service import Parts
from libs.web.snapshot import Snapshot
from tests.faults.guards import without
from tests.libs.web.conftest import Desk
from tests.libs.web.sample import folders

LEVEL = 'isolation_level="REPEATABLE READ"'


def stamps_around_a_stamp(parts: Parts, chairman: Desk, folder: UUID) -> list[int]:
    """What one answer reads of a folder before and after it was stamped."""
    with Snapshot(parts, "*") as snapshot:
        read = [folders.read(snapshot.connection(), "folder_id = :key", key=folder)]
        assert chairman.post(f"/v1/folders/{folder}/stamps").status_code == 200
        read.append(folders.read(snapshot.connection(), "folder_id = :key", key=folder))
    return [row.stamps for (row,) in read]


def test_an_answer_is_read_at_one_instant(parts: Parts, officer: Desk, chairman: Desk) -> None:
    assert stamps_around_a_stamp(parts, chairman, officer.open_folder()) == [0, 0]


def test_without_one_snapshot_an_answer_mixes_two_instants(
    parts: Parts, officer: Desk, chairman: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, Snapshot, "connection", (LEVEL, 'isolation_level="READ COMMITTED"'))
    assert stamps_around_a_stamp(parts, chairman, officer.open_folder()) == [0, 1]


def test_an_answer_writes_nothing(parts: Parts) -> None:
    with Snapshot(parts, "*") as snapshot, pytest.raises(InternalError, match="read-only transaction"):
        snapshot.connection().exec_driver_sql("delete from folders_v1")
