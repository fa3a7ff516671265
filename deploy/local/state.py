"""What a stack remembers between runs: ports, passwords, keys, and which parts run elsewhere."""

import base64
import json
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from deploy.local.files import locked, write_private

Answer = TypeVar("Answer")
HOST = "127.0.0.1"
# Below what systems hand out to outgoing connections, so that a stopped part finds its port free again.
PORTS = range(12_000, 32_000)
PASSWORD_BYTES = 24
KEY_BYTES = 32


class State:
    """`state.json` of one stack, mode 600 as it holds secrets; what is first asked for is made and kept."""

    def __init__(self, root: Path) -> None:
        self._path = root / "state.json"

    def port(self, part: str) -> int:
        """The port of a part."""
        ports = self._read().get("ports", {}).get(part)
        return int(ports[-1]) if ports else self.choose_port(part)

    def choose_port(self, part: str) -> int:
        """Give a part another free port; its earlier ones stay known."""

        def choose(state: dict[str, Any]) -> int:
            known = state.setdefault("ports", {})
            taken = {port for ports in known.values() for port in ports}
            port = next(port for port in iter(_random_port, None) if port not in taken and is_free(port))
            known.setdefault(part, []).append(port)
            return port

        return self._change(choose)

    def had_port(self, part: str, port: int | None) -> bool:
        """Whether a part was ever given this port."""
        return port in self._read().get("ports", {}).get(part, [])

    def password(self, role: str) -> str:
        """The random password of a database role."""
        return self._once("passwords", role, lambda: secrets.token_urlsafe(PASSWORD_BYTES))

    def key(self, name: str) -> str:
        """Base64 of a random 32-byte key."""
        return self._once("keys", name, lambda: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())

    def cluster_id(self) -> str:
        """The random id of the Kafka cluster, as Kafka writes it: never with a dash in front."""
        return self._once("ids", "kafka", lambda: "A" + secrets.token_urlsafe(16)[1:])

    @property
    def elsewhere(self) -> dict[str, str]:
        """The settings of parts that ran elsewhere at the last `up`."""
        return dict(self._read().get("elsewhere", {}))

    @elsewhere.setter
    def elsewhere(self, settings: dict[str, str]) -> None:
        self._change(lambda state: state.update(elsewhere=settings))

    def _once(self, kind: str, name: str, make: Callable[[], str]) -> str:
        known = self._read().get(kind, {}).get(name)
        return str(known or self._change(lambda state: state.setdefault(kind, {}).setdefault(name, make())))

    def _read(self) -> dict[str, Any]:
        return dict(json.loads(self._path.read_text())) if self._path.exists() else {}

    def _change(self, change: Callable[[dict[str, Any]], Answer]) -> Answer:
        with locked(self._path.with_suffix(".lock")):
            state = self._read()
            answer = change(state)
            write_private(self._path, json.dumps(state, indent=2) + "\n")
        return answer


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as candidate:
        # As servers do: connections that are winding down do not keep the port.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
    return True


def _random_port() -> int:
    return secrets.choice(PORTS)
