"""The api process: where it listens, and that it stops in time with a request under way."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from deploy.local.deadline import holds_within
from libs.events.settings import Settings
from libs.web.issuer import Issuer
from libs.web.roles import Role
from libs.web.serve import GRACE_SECONDS, address_of
from tests.conftest import Bench

STOP_SECONDS_MAX = 5
Process = subprocess.Popen[str]
Start = Callable[..., Process]
EVERYWHERE = "0.0.0.0"  # noqa: S104 -- As a public name asks.
PROGRAM = """
import atexit, logging, os, sys, time
from libs.events.service import Service
from libs.web import gate
from libs.web.serve import serve
from tests.libs.web import sample
level = gate._level
stalls = float(os.environ["STALLS_SECONDS"])
gate._level = lambda *given: print("waiting", flush=True) or time.sleep(stalls) or level(*given)
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
atexit.register(print, "closed")
serve(Service(law=None, **sample.PARTS), expand_units=sample.expand, messages=[sample.MESSAGES])
"""


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:8101", ("127.0.0.1", 8101)),
        ("http://localhost:8101/", ("127.0.0.1", 8101)),
        ("http://[::1]:8101", ("127.0.0.1", 8101)),
        ("https://registry.example.test", (EVERYWHERE, 443)),
        ("http://registry:8080", (EVERYWHERE, 8080)),
    ],
)
def test_a_process_listens_where_its_base_url_says(url: str, address: tuple[str, int]) -> None:
    assert address_of(url) == address


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@pytest.fixture
def start(bench: Bench, settings: Settings, port: int) -> Iterator[Start]:
    own = bench.settings
    environment = dict(os.environ) | {
        "AFTERCARE_MODE": "development",
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "TOKEN_ISSUER": settings.token_issuer,
        "TOKEN_JWKS": settings.token_jwks,
        "DESK_URL": f"http://127.0.0.1:{port}",
        "DESK_OWNER_DATABASE_URL": own.owner_database_url.get_secret_value(),
        "DESK_API_DATABASE_URL": own.api_database_url.get_secret_value(),
        "DESK_WORKER_DATABASE_URL": own.worker_database_url.get_secret_value(),
        "DESK_KEYRING_DATABASE_URL": own.keyring_database_url.get_secret_value(),
        "DESK_KEY_ENCRYPTION_KEY": own.key_encryption_key.get_secret_value(),
    }
    root = Path(__file__).parents[3]
    line = [sys.executable, "-c", PROGRAM]
    with ExitStack() as stack:

        def started(*, stalls_seconds: int = 0) -> Process:
            given = environment | {"STALLS_SECONDS": str(stalls_seconds)}
            process = stack.enter_context(
                subprocess.Popen(line, cwd=root, env=given, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- Ours.
            )
            stack.callback(process.kill)
            assert holds_within(20, lambda: answers(f"http://127.0.0.1:{port}/health/ready"))
            return process

        yield started


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def stopped(process: Process, port: int, issuer: Issuer) -> tuple[httpx.Response, str]:
    """What a request that waits for an event is answered when the process is told to stop, and what that said."""
    headers = {
        "Authorization": f"Bearer {issuer.mint(Role.ANALYST)}",
        "Aftercare-Wait-For": "desk.events/0=100000000",
    }
    with ThreadPoolExecutor(1) as pool:
        url = f"http://127.0.0.1:{port}/v1/members/count"
        waiting: Future[httpx.Response] = pool.submit(httpx.get, url, headers=headers, timeout=20)
        assert process.stdout is not None
        assert "waiting\n" in iter(process.stdout.readline, "")
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
    return waiting.result(), said


def test_told_to_stop_it_ends_in_time_and_in_order(start: Start, port: int, issuer: Issuer) -> None:
    process = start()
    began = time.monotonic()
    answer, said = stopped(process, port, issuer)
    assert time.monotonic() - began < STOP_SECONDS_MAX
    assert process.returncode == 0
    assert said.endswith("closed\n")
    assert answer.json()["type"] == "urn:aftercare:problem:not-yet-known"


def test_whoever_is_cut_off_is_told_so(start: Start, port: int, issuer: Issuer) -> None:
    answer, _ = stopped(start(stalls_seconds=GRACE_SECONDS + 2), port, issuer)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:aftercare:problem:stopping")
    assert int(answer.headers["Retry-After"]) > 0
