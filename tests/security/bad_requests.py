"""Requests that are refused, with canaries wherever a caller can put one."""

import json
import socket
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from tests.security.canaries import STORY
from tests.security.rest import Caller
from tests.security.story import PROVINCE, WARD, Offices
from tests.security.workbooks import everything, workbook

NEVER = "00000000-0000-4000-8000-000000000000"
JSON = {"Content-Type": "application/json"}


def ask_badly(offices: Offices) -> None:
    """All of them; each must be refused, except where a header is no business of the service."""
    for path, body in bodies():
        refused(offices.registry, "POST", path, json.dumps(body, ensure_ascii=False).encode())
    for content in malformed():
        refused(offices.registry, "POST", "/v1/persons", content)
    for caller in (offices.registry, offices.clubs, offices.support, offices.reporting):
        for method, path in urls():
            refused(caller, method, path)
        for headers in headed():
            caller.send("GET", f"/v1/trainings/{NEVER}", None, headers)
        raw_line(caller)
    for path, body in of_others():
        caller = offices.support if "trainings" in path else offices.clubs
        refused(caller, "POST", path, json.dumps(body, ensure_ascii=False).encode())
    key_with_another_body(offices.registry)
    for name, content, unit in files():
        answer = offices.registry.upload(name, content, unit)
        assert answer.status in (403, 413, 415, 422), (answer.status, answer.raw)


def refused(caller: Caller, method: str, path: str, body: bytes | None = None) -> None:
    """Send it, and see it refused."""
    sent = JSON | {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
    answer = caller.send(method, path, body, sent)
    assert 400 <= answer.status < 500, (method, path, answer.status, answer.raw)


def bodies() -> Iterator[tuple[str, Any]]:
    """Well-formed JSON that a route of the registry does not take."""
    good = {"unit": WARD, "full_name": STORY.name(), "sex": "male"}
    for wrong in (
        {STORY.word(): STORY.twelve()},
        {"full_name": {"first": STORY.word()}},
        {"full_name": [STORY.name()]},
        {"full_name": STORY.name() * 20},
        {"full_name": f"{STORY.name()}\0"},
        {"sex": STORY.word()},
        {"unit": STORY.word()},
        {"unit": STORY.nine()},
        {"birth_date": STORY.word()},
        {"birth_date": f"{STORY.born:%d/%m/%Y}"},
        {"citizen_id": STORY.word()},
        {"citizen_id": STORY.twelve()[:11]},
        {"citizen_id": STORY.twelve(), "sex": "female"},
        {"legacy_id9": f"{STORY.nine()}1"},
        {"other_names": STORY.name()},
    ):
        yield "/v1/persons", good | wrong
    yield "/v1/persons", STORY.name()
    yield "/v1/persons", [STORY.twelve()]
    yield "/v1/persons/searches", {"number": [STORY.twelve()], "name": {"is": STORY.name()}}
    yield f"/v1/persons/{NEVER}/names", {"full_name": STORY.name()}
    yield f"/v1/persons/{NEVER}/death", {"died_on": STORY.text()}
    yield "/v1/cases", {"episode_id": STORY.twelve(), "unit": STORY.word(), "presented_on": STORY.born.isoformat()}
    yield f"/v1/cases/{NEVER}/end", {"reason": STORY.text(), "ended_on": "2025-08-01"}
    yield "/v1/drug-tests", {"person_id": STORY.twelve(), "result": STORY.text(), "substances": [{"x": STORY.word()}]}
    yield f"/v1/quarantined-rows/{NEVER}/resolution", {"outcome": "new", "corrections": {"note": STORY.text()}}


def of_others() -> Iterator[tuple[str, Any]]:
    """The same for the services that know nobody by name."""
    yield "/v1/trainings", {"person_id": NEVER, "kind": STORY.word(), "trade": STORY.text() * 9, "applied_on": "x"}
    yield "/v1/trainings", {"person_id": NEVER, "full_name": STORY.name()}
    yield f"/v1/trainings/{NEVER}/assessment", {"eligible": False, "assessed_on": "2025-08-01", "reason": STORY.text()}
    yield f"/v1/trainings/{NEVER}/approval", {"number": STORY.text(), "signer": STORY.name()}
    yield "/v1/memberships", {"person_id": STORY.twelve(), "club_id": STORY.word(), "invited_on": STORY.text()}
    yield f"/v1/memberships/{NEVER}/leaving", {"reason": STORY.text(), "left_on": "2025-08-01"}


def malformed() -> Iterator[bytes]:
    """What is no JSON, or none that any table holds."""
    yield f'{{"full_name": "{STORY.name()}", "citizen_id": {STORY.twelve()}'.encode()
    yield f'{{"full_name": "{STORY.name()}",, }}'.encode("utf-16")
    yield f'{{"full_name": "{STORY.name()}\\ud800"}}'.encode()
    yield STORY.name().encode("utf-8") + b"\xff"
    yield f'<person name="{STORY.name()}"/>'.encode()


def urls() -> Iterator[tuple[str, str]]:
    """Paths and queries that name somebody, though no route asks for it."""
    word, number = quote(STORY.name()), STORY.twelve()
    yield "GET", f"/v1/persons?name={word}"
    yield "GET", f"/v1/persons/{word}"
    yield "GET", f"/v1/persons/{number}"
    yield "PUT", f"/v1/persons/{number}"
    yield "GET", f"/{word}/{number}?{word}={number}"
    yield "GET", f"/v1/cases/{number}?q={word}"
    yield "GET", f"/v1/management-ledger?unit={word}&cursor={number}&limit={word}"
    yield "GET", f"/v1/management-ledger?unit={WARD}&cursor={word}"
    yield "GET", f"/v1/quarantined-rows?cursor={number}"
    yield "GET", f"/v1/trainings?cursor={word}"
    yield "GET", f"/v1/trainings/{word}"
    yield "GET", f"/v1/clubs/{number}/members?name={word}"
    yield "GET", f"/v1/indicators/{word}?unit={number}&first={word}&last={number}"
    yield "GET", f"/v1/indicators/I-01?unit={PROVINCE}&first={STORY.born:%d/%m/%Y}&last=2025-01-01&name={word}"
    yield "OPTIONS", f"/v1/persons/{word}"
    yield "POST", f"/v1/persons/searches?name={word}"


def headed() -> Iterator[Mapping[str, str]]:
    """Headers as a careless client fills them."""
    number, word = STORY.twelve(), quote(STORY.word())
    for name in (
        "Authorization",
        "Aftercare-Purpose",
        "Aftercare-Wait-For",
        "Accept-Language",
        "X-Request-Id",
        "traceparent",
        "If-Match",
        "User-Agent",
        "Referer",
        "Cookie",
        "baggage",
        "X-Forwarded-For",
    ):
        yield {name: f"{number};{word}"}
    trace = {"traceparent": f"00-{uuid4().hex}-{uuid4().hex[:16]}-01", "tracestate": f"who={number}"}
    yield trace | {"baggage": f"name={word}"}


def raw_line(caller: Caller) -> None:
    """A request line that no client library would send."""
    split = urlsplit(caller.base_url)
    with socket.create_connection((split.hostname or "", split.port or 80), timeout=10) as line:
        line.sendall(f"GET /v1/persons?name={STORY.name()} HTTP/1.1\r\nHost: {STORY.word()}\r\n\r\n".encode())
        assert not STORY.find("raw", line.recv(65_536))


def key_with_another_body(registry: Caller) -> None:
    """The same key, first for one, then for another."""
    headers = JSON | {"Idempotency-Key": f"key-{STORY.twelve()}"}
    for status in (201, 422):
        body = {"unit": WARD, "full_name": STORY.name(), "sex": "male"}
        answer = registry.send("POST", "/v1/persons", json.dumps(body).encode(), headers)
        assert answer.status == status, answer.raw


def files() -> Iterator[tuple[str, bytes, str]]:
    """Lists that are refused whole: broken, headless, empty, undated, too long a cell, no kind of file, no unit."""
    name, row = f"{STORY.name()}.xlsx", everything()
    whole = workbook([row], "01/08/2025", STORY.word())
    yield name, whole[: len(whole) // 2], WARD
    yield name, whole[:-40] + STORY.name().encode() + whole[-20:], WARD
    yield name, workbook([row], "chưa rõ", STORY.word()), WARD
    yield name, workbook([everything(note=STORY.text() * 400)], "01/08/2025", STORY.word()), WARD
    yield name, workbook([], "01/08/2025", STORY.word()), WARD
    yield f"{STORY.name()}.csv", f"Ai,Ở đâu,Sao\n{STORY.name()},{STORY.text()},{STORY.twelve()}\n".encode(), WARD
    yield f"{STORY.name()}.csv", f'Họ và tên,CCCD,Ghi chú\n"{STORY.name()},{STORY.twelve()}\n'.encode(), WARD
    yield f"{STORY.name()}.json", f'[{{"full_name": "{STORY.name()}", "citizen_id" {STORY.twelve()}'.encode(), WARD
    yield f"{STORY.name()}.pdf", b"%PDF-1.7 " + STORY.name().encode(), WARD
    yield name, whole, STORY.word()
