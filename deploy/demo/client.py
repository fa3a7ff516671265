"""A caller of the services over REST, as another government system would be; one connection a thread and service."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Event as Flag
from threading import local
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

TIMEOUT_SECONDS = 30
TRIES_MAX = 5
PURPOSE = "post-rehab-management"


class Refusal(RuntimeError):
    """A problem document that the story did not expect."""

    def __init__(self, route: str, status: int, problem: Mapping[str, Any], retry_after: float | None = None) -> None:
        kind = str(problem.get("type", "")).rsplit(":", 1)[-1]
        super().__init__(f"{route} answered {status} {kind} {problem.get('rules', '')}")
        self.status = status
        self.kind = kind
        self.problem = problem
        self.retry_after = retry_after


@dataclass(frozen=True)
class Answer:
    """What came back: status, decoded body, headers in lower case, and the bytes themselves."""

    status: int
    body: Any
    headers: Mapping[str, str]
    raw: bytes


@dataclass
class Client:
    """One office's access to one service."""

    base_url: str
    token: str
    _threads: local = field(default_factory=local, repr=False)

    def get(self, path: str, *, purpose: str = PURPOSE, wait_for: str | None = None) -> Answer:
        """A reading; `wait_for` is a position that must be known there first."""
        headers = {"Aftercare-Purpose": purpose}
        if wait_for is not None:
            headers["Aftercare-Wait-For"] = wait_for
        return self._send("GET", path, headers, None)

    def ask(self, path: str, body: Mapping[str, Any], *, purpose: str = PURPOSE) -> Answer:
        """A reading whose question must not stand in a URL."""
        return self._send("POST", path, _json(purpose), json.dumps(body).encode())

    def command(self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None) -> Answer:
        """A command, under an idempotency key of its own unless one is given."""
        headers = _json(PURPOSE) | {"Idempotency-Key": key or str(uuid4())}
        return self._send("POST", path, headers, None if body is None else json.dumps(body, default=str).encode())

    def upload(self, path: str, name: str, content: bytes, fields: Mapping[str, str]) -> Answer:
        """A file, as a form sends it."""
        boundary = uuid4().hex
        head = (
            f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream'
        )
        parts = [f'Content-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
        parts.append(f"{head}\r\n\r\n".encode() + content + b"\r\n")
        body = b"".join(f"--{boundary}\r\n".encode() + part for part in parts) + f"--{boundary}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Idempotency-Key": str(uuid4()),
            "Aftercare-Purpose": "police-list",
        }
        return self._send("POST", path, headers, body)

    def close(self) -> None:
        """Close this thread's connection."""
        if (connection := getattr(self._threads, "connection", None)) is not None:
            connection.close()
            self._threads.connection = None

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        sent = {"Authorization": f"Bearer {self.token}", "Accept-Language": "vi"} | dict(headers)
        for _ in range(TRIES_MAX):
            try:
                return self._once(method, path, sent, body)
            except (HTTPException, ConnectionError):
                # A kept connection may have been closed meanwhile; a command repeats under its key without harm.
                self.close()
            except Refusal as refusal:
                if refusal.retry_after is None:
                    raise
                Flag().wait(refusal.retry_after)
        return self._once(method, path, sent, body)

    def _once(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        connection = self._connection()
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        raw = response.read()
        answer = Answer(
            response.status,
            json.loads(raw) if raw else None,
            {name.lower(): value for name, value in response.getheaders()},
            raw,
        )
        if response.status >= 400:
            after = answer.headers.get("retry-after")
            route = f"{method} {path.split('?', maxsplit=1)[0]}"
            raise Refusal(route, response.status, answer.body or {}, float(after) if after else None)
        return answer

    def _connection(self) -> HTTPConnection:
        if getattr(self._threads, "connection", None) is None:
            split = urlsplit(self.base_url)
            self._threads.connection = HTTPConnection(split.hostname or "", split.port, timeout=TIMEOUT_SECONDS)
        connection: HTTPConnection = self._threads.connection
        return connection


def _json(purpose: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "Aftercare-Purpose": purpose}
