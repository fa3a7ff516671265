"""One import at a time."""

import pytest

from libs.events.database import connect
from libs.sheets.applying import ImportRunning, import_lock
from tests.conftest import MakeBench


def test_a_second_import_of_a_kind_waits_and_gives_up(make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.events.database.LOCK_TIMEOUT_SECONDS", 1)
    bench = make_bench()
    engine = connect(bench.settings.api_database_url.get_secret_value(), "test")
    try:
        with import_lock(engine, "lists") as lock:
            lock.check()
            with pytest.raises(ImportRunning), import_lock(engine, "lists"):
                pass
            with import_lock(engine, "others"):
                pass
        with import_lock(engine, "lists"):
            pass
    finally:
        engine.dispose()
