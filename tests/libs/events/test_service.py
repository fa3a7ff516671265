"""What a process needs to start is asked for by name, and nothing is guessed."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr, ValidationError

from libs.events.service import Service, migrate_service
from libs.events.settings import Mode, ServiceSettings, service_settings, settings

KEY = "a2V5" * 10 + "aGk="
SERVICE = {
    "CLUBS_URL": "http://127.0.0.1:1",
    "CLUBS_OWNER_DATABASE_URL": "postgresql+psycopg://owner:o-secret@127.0.0.1:1/clubs",
    "CLUBS_API_DATABASE_URL": "postgresql+psycopg://api:a-secret@127.0.0.1:1/clubs",
    "CLUBS_WORKER_DATABASE_URL": "postgresql+psycopg://worker:w-secret@127.0.0.1:1/clubs",
    "CLUBS_KEYRING_DATABASE_URL": "postgresql+psycopg://keys:k-secret@127.0.0.1:1/keys",
    "CLUBS_KEY_ENCRYPTION_KEY": KEY,
}
SHARED = {"KAFKA_BOOTSTRAP_SERVERS": "a:1,b:2", "TOKEN_ISSUER": "https://issuer", "TOKEN_JWKS": "https://issuer/jwks"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment that has everything, read anew."""
    for name, value in (SERVICE | SHARED).items():
        monkeypatch.setenv(name, value)
    for optional in ("AFTERCARE_MODE", "TOKEN_AUDIENCE", "OTLP_ENDPOINT"):
        monkeypatch.delenv(optional, raising=False)
    settings.cache_clear()
    service_settings.cache_clear()
    yield
    settings.cache_clear()
    service_settings.cache_clear()


def test_unless_told_otherwise_a_place_is_production_and_exports_nothing() -> None:
    assert (settings().aftercare_mode, settings().otlp_endpoint) == (Mode.PRODUCTION, None)


@pytest.mark.parametrize("missing", SHARED)
def test_a_missing_setting_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(missing)
    with pytest.raises(ValidationError, match=missing.lower()):
        settings()


@pytest.mark.parametrize("missing", SERVICE)
def test_a_missing_setting_of_a_service_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(missing)
    with pytest.raises(ValidationError, match=missing.removeprefix("CLUBS_").lower()):
        service_settings("clubs")


def test_no_secret_is_printed_with_the_settings() -> None:
    printed = repr(service_settings("clubs"))
    assert "127.0.0.1" in printed
    assert "secret" not in printed.replace("SecretStr", "")
    assert KEY not in printed


def test_a_database_that_names_no_role_is_refused_before_anything_is_touched() -> None:
    nameless = SecretStr("postgresql+psycopg://127.0.0.1:1/clubs")
    wrong: ServiceSettings = service_settings("clubs").model_copy(update={"api_database_url": nameless})
    with pytest.raises(ValueError, match="must name its role"):
        migrate_service(Service("clubs", law=None), wrong)
