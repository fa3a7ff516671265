"""Every setting of every process as the stack gives it, and which parts the caller's environment puts elsewhere."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local.databases import SERVICES, SUPERUSER
from deploy.local.failure import StackFailed
from deploy.local.state import HOST, State

KAFKA_SETTING = "KAFKA_BOOTSTRAP_SERVERS"
SUPERUSER_SETTING = "SUPERUSER_DATABASE_URL"
ROLES = ("owner", "api", "worker", "keyring")
DATABASE_SETTINGS = {
    f"{service}_{role}_DATABASE_URL".upper(): (service, role) for service in SERVICES for role in ROLES
}


def environment(root: Path, state: State) -> dict[str, str]:
    """The settings of `libs/events/settings.py`, what runs elsewhere in place of what is local."""
    local = {
        "AFTERCARE_MODE": "development",
        KAFKA_SETTING: f"{HOST}:{state.port('kafka')}",
        "TOKEN_ISSUER": "urn:aftercare:development",
        "TOKEN_AUDIENCE": "aftercare",
        "TOKEN_JWKS": str(root / "issuer" / "jwks.json"),
        # Each service has one worker here, and only its keeper starts another when it is gone.
        "WORKER_INSTANCE": "local",
        "HEAD_SIGNATURES": str(root / "head-signatures"),
        SUPERUSER_SETTING: _url(state, SUPERUSER, SUPERUSER),
    }
    for service in SERVICES:
        local[f"{service}_URL".upper()] = f"http://{HOST}:{state.port(f'{service}-api')}"
        local[f"{service}_KEY_ENCRYPTION_KEY".upper()] = state.key(service)
        local[f"{service}_SIGNING_KEY".upper()] = state.key(f"{service}-signing")
    for setting, (service, role) in DATABASE_SETTINGS.items():
        database = f"{service}_keyring" if role == "keyring" else service
        local[setting] = _url(state, f"{service}_{role}", database)
    elsewhere = state.elsewhere
    if elsewhere.keys() & DATABASE_SETTINGS:
        # The local superuser has no power over databases elsewhere.
        del local[SUPERUSER_SETTING]
    return local | elsewhere


def put_elsewhere(given: Mapping[str, str], state: State) -> dict[str, str]:
    """The settings in an environment that name a server elsewhere; what this stack once wrote does not count.

    StackFailed when some database URLs are given and others are not.
    """
    names = [KAFKA_SETTING, SUPERUSER_SETTING, *DATABASE_SETTINGS]
    found = {name: given[name] for name in names if given.get(name) and not _is_ours(name, given[name], state)}
    missing = [name for name in DATABASE_SETTINGS if name not in found]
    if missing and found.keys() - {KAFKA_SETTING}:
        raise StackFailed(f"{missing[0]} names no server elsewhere: give every *_DATABASE_URL, or none")
    return found


def as_shell(settings: Mapping[str, str]) -> str:
    """Settings as a file that a POSIX shell sources."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(settings.items()))


def _url(state: State, role: str, database: str) -> str:
    return f"postgresql+psycopg://{role}:{state.password(role)}@{HOST}:{state.port('postgresql')}/{database}"


def _is_ours(name: str, value: str, state: State) -> bool:
    part = "kafka" if name == KAFKA_SETTING else "postgresql"
    try:
        address = urlsplit(value if "://" in value else f"//{value}")
        return address.hostname == HOST and state.had_port(part, address.port)
    except ValueError:
        # Several hosts are not one of ours.
        return False
