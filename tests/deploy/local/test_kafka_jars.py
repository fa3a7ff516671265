"""The broker's jars: none runs that the lock file does not mean, and none is fetched twice."""

import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local import kafka_jars
from deploy.local.failure import StackFailed
from deploy.local.kafka_jars import KAFKA, LOGGING, Jar, cache_folder, class_path, read_lock


def jar(name: str, content: bytes | None = None) -> Jar:
    return Jar(f"org.sample:{name}:1.0", hashlib.sha256(content or name.encode()).hexdigest())


class Repository:
    """Hands out jars as jgo's Maven context does, each holding its own name; notes what was asked for."""

    def __init__(self, folder: Path, gone: frozenset[str] = frozenset()) -> None:
        self.folder, self.gone = folder, gone
        self.asked: list[str] = []

    def project(self, _group: str, name: str) -> Any:
        return SimpleNamespace(
            at_version=lambda _: SimpleNamespace(artifact=lambda: SimpleNamespace(resolve=lambda: self.resolve(name)))
        )

    def resolve(self, name: str) -> Path:
        self.asked.append(name)
        if name in self.gone:
            raise ConnectionError
        path = self.folder / f"{name}.fetched"
        path.write_text(name)
        return path


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Repository]:
    def serve(*gone: str) -> Repository:
        repository = Repository(tmp_path, frozenset(gone))
        monkeypatch.setattr(kafka_jars, "maven", lambda _: repository)
        return repository

    return serve


def test_the_lock_names_the_broker_and_a_hash_per_jar() -> None:
    lock = kafka_jars.LOCK.read_text()
    assert re.fullmatch(r"([\w.-]+:[\w.-]+:[\w.-]+ [0-9a-f]{64}\n)+", lock)
    assert {KAFKA, LOGGING} <= {jar.coordinate for jar in read_lock()}


def test_a_class_path_is_exactly_the_jars_of_the_lock(tmp_path: Path, serve: Callable[..., Repository]) -> None:
    serve()
    folder = tmp_path / "kafka"
    folder.mkdir()
    (folder / "planted-1.0.jar").write_text("planted")
    assert class_path([jar("b"), jar("a")], folder) == f"{folder}/b-1.0.jar:{folder}/a-1.0.jar"


def test_a_fetched_jar_that_differs_is_refused_and_not_kept(tmp_path: Path, serve: Callable[..., Repository]) -> None:
    serve()
    with pytest.raises(StackFailed, match=r"org\.sample:a:1\.0"):
        class_path([jar("a", b"what was locked")], tmp_path / "kafka")
    assert list((tmp_path / "kafka").iterdir()) == []


def test_a_jar_that_was_changed_on_disk_is_refused(tmp_path: Path, serve: Callable[..., Repository]) -> None:
    serve()
    folder = tmp_path / "kafka"
    class_path([jar("a"), jar("b")], folder)
    (folder / "b-1.0.jar").write_text("planted")
    with pytest.raises(StackFailed, match=r"b-1\.0\.jar is not the org\.sample:b:1\.0 of kafka\.lock"):
        class_path([jar("a"), jar("b")], folder)


def test_after_an_interruption_only_the_rest_is_fetched(tmp_path: Path, serve: Callable[..., Repository]) -> None:
    serve("b")
    with pytest.raises(StackFailed):
        class_path([jar("a"), jar("b")], tmp_path / "kafka")
    repository = serve()
    class_path([jar("a"), jar("b")], tmp_path / "kafka")
    assert repository.asked == ["b"]


def test_of_two_stacks_at_once_one_fetches(tmp_path: Path, serve: Callable[..., Repository]) -> None:
    repository = serve()
    jars = [jar("a"), jar("b")]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: class_path(jars, tmp_path / "kafka"), range(4)))
    assert sorted(repository.asked) == ["a", "b"]


def test_the_cache_lies_where_the_setting_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path / "kafka-4.3.0"
