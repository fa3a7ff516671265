"""The development issuer: its keys last, are nobody else's to read, and exist in development only."""

import json
import stat
from pathlib import Path

import pytest

from libs.events.settings import Mode
from libs.web.issuer import Issuer, IssuerRefused
from libs.web.roles import Role
from libs.web.tokens import Tokens
from tests.libs.web.conftest import AUDIENCE, ISSUER, settings_of


def issuer_in(folder: Path, mode: Mode = Mode.DEVELOPMENT) -> Issuer:
    return Issuer(folder, mode=mode, issuer=ISSUER, audience=AUDIENCE)


def test_outside_development_no_token_is_made(tmp_path: Path) -> None:
    with pytest.raises(IssuerRefused):
        issuer_in(tmp_path / "issuer", Mode.PRODUCTION)
    assert not (tmp_path / "issuer").exists()


def test_a_token_outlives_the_issuer_that_made_it(tmp_path: Path) -> None:
    token = issuer_in(tmp_path).mint(Role.OPERATOR, sub="ops-1")
    issuer_in(tmp_path)
    assert Tokens(settings_of(tmp_path / "jwks.json")).caller(f"Bearer {token}").sub == "ops-1"


def test_the_private_key_is_its_owners_and_the_jwks_has_none(tmp_path: Path) -> None:
    issuer = issuer_in(tmp_path)
    for file in tmp_path.glob("*.pem"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert all("d" not in key for key in json.loads(issuer.jwks.read_text())["keys"])


def test_at_most_two_keys_are_valid(tmp_path: Path) -> None:
    issuer = issuer_in(tmp_path)
    for _ in range(3):
        issuer.rotate()
    assert len(json.loads(issuer.jwks.read_text())["keys"]) == 2
