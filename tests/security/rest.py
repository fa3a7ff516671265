"""A caller who keeps every answer, whatever it is, and remembers which fields were accepted with a canary in them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.security.canaries import STORY
from tests.security.fields import Field

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """What came back to which request: status, headers as sent, body, and whether it may show the caller a person."""

    request: str
    status: int
    headers: Mapping[str, str]
    raw: bytes
    shows_person: bool = False

    @property
    def body(self) -> Any:
        """The body decoded."""
        return json.loads(self.raw)

    @property
    def said(self) -> bytes:
        """All that the caller is told."""
        return b"\n".join([*(f"{name}: {value}".encode() for name, value in self.headers.items()), self.raw])


@dataclass
class Kept:
    """What a story leaves behind: every answer, and the fields that were planted."""

    answers: list[Answer] = field(default_factory=list)
    planted: set[Field] = field(default_factory=set)


@dataclass(frozen=True)
class Caller:
    """One office at one service."""

    base_url: str
    token: str
    kept: Kept
    purpose: str = "post-rehab-management"

    def command(self, route: str, body: Mapping[str, Any] | None = None, *, key: str = "", **ids: str) -> Answer:
        """A command that must be accepted; `route` is a template that the ids fill."""
        sent = None if body is None else json.dumps(body, ensure_ascii=False, default=str).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or str(uuid4())}
        answer = self.send("POST", route.format(**ids), sent, headers)
        assert answer.status in (200, 201), (route, answer.status, answer.raw)
        self._planted(route, body or {})
        return answer

    def ask(self, route: str, body: Mapping[str, Any]) -> Answer:
        """A search, whose answer shows persons."""
        sent = json.dumps(body, ensure_ascii=False).encode()
        answer = self.send("POST", route, sent, {"Content-Type": "application/json"}, shows_person=True)
        assert answer.status == 200, (route, answer.status, answer.raw)
        self._planted(route, body)
        return answer

    def read(self, path: str, **headers: str) -> Answer:
        """A reading that must be answered, and may show persons."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.send("GET", path, None, named, shows_person=True)
        assert answer.status == 200, (path, answer.status, answer.raw)
        return answer

    def upload(self, name: str, content: bytes, unit: str) -> Answer:
        """A list sent as a form; refused or not."""
        boundary = uuid4().hex
        file = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/x\r\n\r\n'
        parts = [f'Content-Disposition: form-data; name="unit"\r\n\r\n{unit}\r\n'.encode(), file.encode() + content]
        body = b"".join(f"--{boundary}\r\n".encode() + part for part in parts) + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Idempotency-Key": str(uuid4())}
        answer = self.send("POST", "/v1/police-lists", body, headers | {"Aftercare-Purpose": "police-list"})
        if answer.status == 200:
            self._planted("/v1/police-lists", {"file": name})
        return answer

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        shows_person: bool = False,
    ) -> Answer:
        """Any request, and its answer."""
        split = urlsplit(self.base_url)
        connection = HTTPConnection(split.hostname or "", split.port, timeout=TIMEOUT_SECONDS)
        sent = {"Authorization": f"Bearer {self.token}", "Aftercare-Purpose": self.purpose}
        try:
            connection.request(method, path, body, sent | dict(headers or {}))
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        answer = Answer(f"{method} {path}", response.status, dict(response.getheaders()), raw, shows_person)
        self.kept.answers.append(answer)
        return answer

    def _planted(self, route: str, body: Mapping[str, Any]) -> None:
        for name, value in body.items():
            if STORY.find(name, json.dumps(value, ensure_ascii=False, default=str).encode()):
                self.kept.planted.add((f"POST {route}", name))
