"""Every setting of every process, read from the environment once at start."""

from base64 import b64decode
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mode(StrEnum):
    """What kind of place this is; the development clock and issuer exist in development only."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """What all processes share."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    aftercare_mode: Mode = Field(Mode.PRODUCTION, description="`development` or `production`.")
    kafka_bootstrap_servers: str = Field(description="Kafka brokers, `host:port` separated by commas.")
    token_issuer: str = Field(description="The `iss` that access tokens must carry.")
    token_audience: str = Field("aftercare", description="The `aud` that access tokens must carry.")
    token_jwks: str = Field(description="Where the issuer's JWKS lies: an https URL or a file path.")
    head_signatures: Path | None = Field(
        None, description="Folder for the daily signatures of the journals' heads: kept apart, and best written once."
    )
    otlp_endpoint: str | None = Field(None, description="OTLP/HTTP collector; unset, nothing is exported.")


class ServiceSettings(BaseSettings):
    """What one service's processes need beside it; each name carries the service, as in `REGISTRY_URL`."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    url: str = Field(description="Base URL under which the service's API is reached.")
    owner_database_url: SecretStr = Field(description="PostgreSQL URL of the role that migrates and rebuilds.")
    api_database_url: SecretStr = Field(description="PostgreSQL URL of the role that answers requests.")
    worker_database_url: SecretStr = Field(description="PostgreSQL URL of the role that relays and follows.")
    keyring_database_url: SecretStr = Field(description="PostgreSQL URL of the keyring's own database.")
    key_encryption_key: SecretStr = Field(description="Base64 of the 32 bytes that wrap the keyring's keys.")
    former_key_encryption_keys: SecretStr | None = Field(
        None, description="Those that keys may still lie under, separated by commas."
    )

    signing_key: SecretStr | None = Field(
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
