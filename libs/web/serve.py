"""The `api` process of a service: its app on the port of its base URL, until it is told to stop."""

import signal
import sys
from collections.abc import Iterable
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import uvicorn

from libs.events.clock import refuse_moved_clock
from libs.events.keyrings.wrapping import refuse_unopenable
from libs.events.observed import observed
from libs.events.service import Service, open_parts
from libs.events.settings import service_settings, settings
from libs.events.tables import refuse_stale
from libs.web.access import ExpandUnits
from libs.web.app import make_app

GRACE_SECONDS = 3
IDLE_CONNECTION_SECONDS = 30
CONNECTIONS_MAX = 2_000
_PORTS = {"http": 80, "https": 443}


def serve(service: Service, *, expand_units: ExpandUnits, messages: Iterable[Path] = ()) -> None:
    """Serve until SIGTERM or SIGINT; requests under way have `GRACE_SECONDS` to end."""
    shared, own = settings(), service_settings(service.name)
    with observed(f"{service.name}-api", shared.otlp_endpoint), closing(open_parts(service, own, "api")) as parts:
        refuse_moved_clock(parts.engine, shared.aftercare_mode)
        refuse_unopenable(parts.keys, own.key_encryption_keys)
        refuse_stale(parts.engine, service.name, service.projections)
        app = make_app(parts, settings=shared, expand_units=expand_units, messages=messages)
        for number in (signal.SIGTERM, signal.SIGINT):
            # The server stops by itself and then raises the signal again: that must not kill what is left to close.
            signal.signal(number, lambda *_: sys.exit(0))
        host, port = address_of(own.url)
        _Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=CONNECTIONS_MAX,
                timeout_keep_alive=IDLE_CONNECTION_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        ).run()


class _Server(uvicorn.Server):
    """Lets requests that wait for events go at once when it is told to stop."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As uvicorn asks, from the signal."""
        self.config.app.state.web.stopping = True  # type: ignore[union-attr]  # It is our FastAPI.
        super().handle_exit(sig, frame)


def address_of(url: str) -> tuple[str, int]:
    """Where to listen for a base URL: its own address on this machine, every address behind a public name."""
    split = urlsplit(url)
    host = split.hostname or ""
    return ("127.0.0.1" if _is_here(host) else "0.0.0.0", split.port or _PORTS[split.scheme])  # noqa: S104 -- Behind a proxy.


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
