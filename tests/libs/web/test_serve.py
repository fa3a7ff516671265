"""The api process: where it listens, and that it stops in time with a request under way."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from deploy.local.deadline import holds_within
from libs.events.settings import Settings
from libs.web.issuer import Issuer
from libs.web.roles import Role
from libs.web.serve import address_of
from tests.conftest import Bench

STOP_SECONDS_MAX = 5
EVERYWHERE = "0.0.0.0"  # noqa: S104 -- As a public name asks.
PROGRAM = """
import atexit, logging, sys
from libs.events.service import Service
from libs.web import gate
from libs.web.serve import serve
from tests.libs.web import sample
level = gate._level
gate._level = lambda *given: print("waiting", flush=True) or level(*given)
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
def process(bench: Bench, settings: Settings, port: int) -> Iterator[subprocess.Popen[str]]:
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
    with subprocess.Popen(line, cwd=root, env=environment, stdout=subprocess.PIPE, text=True) as started:  # noqa: S603 -- Ours.
        yield started
        started.kill()


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def test_told_to_stop_it_ends_in_time_and_in_order(process: subprocess.Popen[str], port: int, issuer: Issuer) -> None:
    base = f"http://127.0.0.1:{port}"
    assert holds_within(20, lambda: answers(f"{base}/health/ready"))
    headers = {
        "Authorization": f"Bearer {issuer.mint(Role.ANALYST)}",
        "Aftercare-Wait-For": "desk.events/0=100000000",
    }
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(httpx.get, f"{base}/v1/members/count", headers=headers, timeout=20)
        assert process.stdout is not None
        assert "waiting\n" in iter(process.stdout.readline, "")
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
    assert time.monotonic() - started < STOP_SECONDS_MAX
    assert process.returncode == 0
    assert said.endswith("closed\n")
    assert waiting.result().json()["type"] == "urn:aftercare:problem:not-yet-known"
