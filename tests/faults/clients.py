"""Clients that write without pause over REST, and say each command again under its key until it is acknowledged."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

REQUEST_SECONDS_MAX = 20
AGAIN_SECONDS = 0.05
PATIENCE_SECONDS = 180.0
PACE_SECONDS = 0.01


class Unacknowledged(RuntimeError):
    """A command that was refused for good, or that nobody acknowledged in time."""


@dataclass(frozen=True)
class Answer:
    """What came back: `body` decoded, headers in lower case."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Acknowledged:
    """A command as the service acknowledged it; `waited` is how long that took, with all repetitions."""

    path: str
    id: str
    position: str
    repeated: bool
    waited: float


@dataclass
class Caller:
    """One office on one connection at a time."""

    base_url: str
    token: str
    _open: HTTPConnection | None = field(default=None, repr=False)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; OSError or HTTPException when nothing came back."""
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent |= {"Aftercare-Purpose": "post-rehab-management"} | {k.replace("_", "-"): v for k, v in headers.items()}
        split = urlsplit(self.base_url)
        if self._open is None:
            self._open = HTTPConnection(split.hostname or "", split.port, timeout=REQUEST_SECONDS_MAX)
        try:
            self._open.request(method, path, None if body is None else json.dumps(body).encode(), sent)
            response = self._open.getresponse()
            raw = response.read()
        except (OSError, HTTPException):
            self.close()
            raise
        headers_in = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, json.loads(raw) if raw else None, headers_in)

    def close(self) -> None:
        """Close the connection."""
        if self._open is not None:
            self._open.close()
            self._open = None


@dataclass
class Load:
    """Some clients, each with a story of commands; `story(do)` is called again and again until the load ends."""

    base_url: str
    tokens: list[str]
    story: Callable[[Callable[..., Acknowledged]], None]
    pace: float = PACE_SECONDS
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Write while the block runs; on leaving, whatever was begun is acknowledged, or the load has failed."""
        stop = Flag()
        threads = [Thread(target=self._client, args=(token, stop), daemon=True) for token in self.tokens]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
        assert not self.failures, f"{len(self.failures)} clients gave up: {self.failures[0]}"
        assert not any(thread.is_alive() for thread in threads), "a client hangs"

    def _client(self, token: str, stop: Flag) -> None:
        caller = Caller(self.base_url, token)

        def do(path: str, body: Any = None) -> Acknowledged:
            if stop.wait(self.pace):
                raise _Over
            return self._until_acknowledged(caller, path, body)

        try:
            while not stop.is_set():
                self.story(do)
        except _Over:
            pass
        except Exception as error:  # noqa: BLE001 -- Told to the test.
            self.failures.append(f"{type(error).__name__}: {error}")
        caller.close()

    def _until_acknowledged(self, caller: Caller, path: str, body: Any) -> Acknowledged:
        key, began = str(uuid4()), time.monotonic()
        while time.monotonic() < began + PATIENCE_SECONDS:
            try:
                answer = caller.send("POST", path, body, Idempotency_Key=key)
            except (OSError, HTTPException) as error:
                self._refused(type(error).__name__)
            else:
                if answer.status in (200, 201):
                    return self._keep(path, answer, time.monotonic() - began)
                if answer.status not in (429, 503):
                    raise Unacknowledged(f"{path} answered {answer.status} {answer.body}")
                self._refused(f"{answer.status} {answer.body['type'].rsplit(':', 1)[-1]}")
            Flag().wait(AGAIN_SECONDS)
        raise Unacknowledged(f"{path} was not acknowledged within {PATIENCE_SECONDS} s")

    def _keep(self, path: str, answer: Answer, waited: float) -> Acknowledged:
        repeated = "aftercare-repeated" in answer.headers
        done = Acknowledged(path, answer.body["id"], answer.body["position"] or "", repeated, waited)
        with self._lock:
            self.acknowledged.append(done)
        return done

    def _refused(self, how: str) -> None:
        with self._lock:
            self.refusals[how] += 1


class _Over(Exception):
    """The load has ended."""


def count_notes(unit: str, counts: int = 8) -> Callable[[Callable[..., Acknowledged]], None]:
    """The story of the counting service: a note is opened and counted some times."""

    def story(do: Callable[..., Acknowledged]) -> None:
        note = do("/v1/notes", {"unit": unit, "title": "Nguyễn Văn Bí Mật"}).id
        for _ in range(counts):
            do(f"/v1/notes/{note}/counts")

    return story
