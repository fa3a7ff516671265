"""What a stack remembers between runs: ports, passwords, keys, and which parts run elsewhere."""

import base64
import json
import secrets
import socket
from pathlib import Path
from typing import Any

from deploy.local.files import write_private

HOST = "127.0.0.1"
# Below what systems hand out for outgoing connections, so that a stopped part finds its port free again.
PORTS = range(12_000, 32_000)
PASSWORD_BYTES = 24
KEY_BYTES = 32


class State:
    """The file `state.json` of one stack, mode 600: it holds secrets. What is asked for first is made then."""

    def __init__(self, root: Path) -> None:
        self._path = root / "state.json"

    def port(self, name: str) -> int:
        """The port of a part, chosen free when first asked for."""
        ports = self._read().get("ports", {}).get(name)
        return int(ports[-1]) if ports else self.choose_port(name)

    def choose_port(self, name: str) -> int:
        """Give a part another free port; the earlier ones stay known as its own."""
        state = self._read()
        taken = {port for ports in state.get("ports", {}).values() for port in ports}
        port = next(port for port in iter(_random_port, None) if port not in taken and is_free(port))
        state.setdefault("ports", {}).setdefault(name, []).append(port)
        self._write(state)
        return port

    def had_port(self, name: str, port: int | None) -> bool:
        """Whether a part was ever given this port."""
        return port in self._read().get("ports", {}).get(name, [])

    def password(self, role: str) -> str:
        """The password of a database role, random, for life."""
        return self._once("passwords", role, lambda: secrets.token_urlsafe(PASSWORD_BYTES))

    def key(self, name: str) -> str:
        """Base64 of a random 32-byte key, for life."""
        return self._once("keys", name, lambda: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())

    def identifier(self, name: str) -> str:
        """A random 16-byte id as Kafka writes one, for life."""
        return self._once("identifiers", name, lambda: "A" + secrets.token_urlsafe(16)[1:])

    @property
    def elsewhere(self) -> dict[str, str]:
        """The settings of parts that run elsewhere, as they stood at the last `up`."""
        return dict(self._read().get("elsewhere", {}))

    @elsewhere.setter
    def elsewhere(self, settings: dict[str, str]) -> None:
        self._write(self._read() | {"elsewhere": settings})
