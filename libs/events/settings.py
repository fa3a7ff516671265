"""Every setting of every process, read from the environment once at start."""

import re
from base64 import b64decode
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

KEY_BYTES = 32
_BROKER = re.compile(r"\s*(\[[0-9a-fA-F:]+\]|[^\s:\[\]]+):[0-9]{1,5}\s*")


def _is_key(given: SecretStr) -> SecretStr:
    if len(b64decode(given.get_secret_value().strip(), validate=True)) != KEY_BYTES:
        raise ValueError(f"not {KEY_BYTES} bytes")
    return given


def _are_keys(given: SecretStr) -> SecretStr:
    for one in given.get_secret_value().split(","):
        if one.strip():
            _is_key(SecretStr(one))
    return given


def _is_postgresql(given: SecretStr) -> SecretStr:
    if urlsplit(given.get_secret_value()).scheme != "postgresql+psycopg":
        raise ValueError("not a URL of PostgreSQL by psycopg")
    return given


def _is_base_url(given: str) -> str:
    split = urlsplit(given)
    if split.scheme not in ("http", "https") or not split.hostname or split.port == 0:
        raise ValueError("not the base URL of an API")
    return given


def _are_brokers(given: str) -> str:
    if not all(_BROKER.fullmatch(one) for one in given.split(",")):
        raise ValueError("not `host:port` separated by commas")
    return given


Key = Annotated[SecretStr, AfterValidator(_is_key)]
BaseUrl = Annotated[str, AfterValidator(_is_base_url)]
Brokers = Annotated[str, AfterValidator(_are_brokers)]
Database = Annotated[SecretStr, AfterValidator(_is_postgresql)]


class Mode(StrEnum):
    """What kind of place this is; the development clock and issuer exist in development only."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """What all processes share."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    aftercare_mode: Mode = Field(Mode.PRODUCTION, description="`development` or `production`.")
    kafka_bootstrap_servers: Brokers = Field(description="Kafka brokers, `host:port` separated by commas.")
    token_issuer: str = Field(description="The `iss` that access tokens must carry.")
    token_audience: str = Field("aftercare", description="The `aud` that access tokens must carry.")
    token_jwks: str = Field(description="Where the issuer's JWKS lies: an https URL or a file path.")
    head_signatures: Path | None = Field(
        None, description="Folder for the daily signatures of the journals' heads: kept apart, and best written once."
    )
    worker_instance: str | None = Field(
        None,
        description="Name of a worker among those of its service, where no other can bear it at the same time (the"
        " ordinal of a StatefulSet): it keeps its partitions over a restart. Two of one name stop each other.",
    )
    otlp_endpoint: str | None = Field(None, description="Base URL of an OTLP collector (HTTP); unset, nothing leaves.")


class ServiceSettings(BaseSettings):
    """What one service's processes need beside it; each name carries the service, as in `REGISTRY_URL`."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    url: BaseUrl = Field(description="Base URL under which the service's API is reached.")
    owner_database_url: Database = Field(description="PostgreSQL URL of the role that migrates and rebuilds.")
    api_database_url: Database = Field(description="PostgreSQL URL of the role that answers requests.")
    worker_database_url: Database = Field(description="PostgreSQL URL of the role that relays and follows.")
    keyring_database_url: Database = Field(description="PostgreSQL URL of the keyring's own database.")
    key_encryption_key: Key = Field(description="Base64 of the 32 bytes that wrap the keyring's keys.")
    former_key_encryption_keys: Annotated[SecretStr, AfterValidator(_are_keys)] | None = Field(
        None, description="Those that keys may still lie under, separated by commas."
    )

    signing_key: Key | None = Field(
        None,
        description="Base64 of the 32 bytes that the journal's heads are signed with (Ed25519).",
    )
    former_signing_keys: str | None = Field(
        None, description="Base64 of the public keys of those before it, separated by commas."
    )

    @property
    def key_encryption_keys(self) -> list[bytes]:
        """The current one, then the former ones."""
        former = self.former_key_encryption_keys.get_secret_value() if self.former_key_encryption_keys else ""
        given = [self.key_encryption_key.get_secret_value(), *former.split(",")]
        return [b64decode(one) for one in given if one.strip()]


@cache
def settings() -> Settings:
    """The shared settings of this process; a missing one ends it with a message that names it."""
    return Settings()


@cache
def service_settings(service: str) -> ServiceSettings:
    """The settings of one service; a missing one ends the process with a message that names it."""
    return ServiceSettings(_env_prefix=f"{service.upper()}_")
