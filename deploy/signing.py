"""The signer of a service's heads as the settings have it, and the chore that signs them once a day."""

from libs.events.service import Chore, Parts
from libs.events.settings import service_settings, settings
from libs.events.signing import Signer

EVERY_SECONDS = 3_600.0


def signer_of(name: str) -> Signer | None:
    """The signer of a service; None where it has no key, or there is no folder."""
    own, folder = service_settings(name), settings().head_signatures
    if own.signing_key is None or folder is None:
        return None
    return Signer.of(name, folder, own.signing_key.get_secret_value(), own.former_signing_keys or "")


def signing_of(name: str) -> list[Chore]:
    """Sign once a day: asked every hour, and at every start, whether today's heads are signed."""
    signer = signer_of(name)

    def sign(parts: Parts) -> None:
        if signer is not None:
            signer.sign(parts.engine)

    return [Chore("head signatures", EVERY_SECONDS, sign)] if signer else []
