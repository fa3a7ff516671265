"""Which key sets are trusted, and how often they are asked for."""

import json
from pathlib import Path
from typing import Any, Self

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from libs.events.settings import Mode
from libs.web import keys as module
from libs.web.issuer import Issuer
from libs.web.keys import KEEP_SECONDS_MAX, REFETCH_SECONDS, Keys, KeySet, KeysRefused
from libs.web.refusals import Unauthenticated
from libs.web.roles import Role
from libs.web.tokens import Tokens
from tests.libs.web.conftest import AUDIENCE, ISSUER, settings_of


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path, mode=Mode.DEVELOPMENT, issuer=ISSUER, audience=AUDIENCE)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    read, seen = module._read, list[str]()

    def counted(location: str) -> bytes:
        seen.append(location)
        return read(location)

    monkeypatch.setattr(module, "_read", counted)
    return seen


def jwk(issuer: Issuer, **changes: Any) -> dict[str, Any]:
    own: dict[str, Any] = json.loads(issuer.jwks.read_text())["keys"][0]
    return {name: value for name, value in (own | changes).items() if value is not None}


def rsa(bits: int, kid: str = "r") -> dict[str, Any]:
    public = generate_private_key(65_537, bits).public_key()
    return {**RSAAlgorithm.to_jwk(public, as_dict=True), "kid": kid, "use": "sig"}


def test_a_set_of_one_algorithm_is_trusted(issuer: Issuer) -> None:
    found = KeySet.parse(issuer.jwks.read_bytes())
    assert found.algorithm == "EdDSA"
    assert KeySet.parse(json.dumps({"keys": [rsa(2_048)]})).algorithm == "RS256"


def test_a_set_with_anything_else_in_it_is_refused_whole(issuer: Issuer) -> None:
    good = jwk(issuer)
    bad: list[list[dict[str, Any]]] = [
        [],
        [good, {"kty": "oct", "k": "c2VjcmV0", "kid": "s", "alg": "HS256"}],
        [good, rsa(2_048)],
        [good, good],
        [jwk(issuer, kid=None)],
        [jwk(issuer, kid="")],
        [jwk(issuer, alg="HS256")],
        [jwk(issuer, use="enc")],
        [jwk(issuer, d="c2VjcmV0")],
        [jwk(issuer, crv="Ed448")],
        [jwk(issuer, x="short")],
        [rsa(1_024)],
        [jwk(issuer, kid=str(n)) for n in range(9)],
    ]
    for keys in bad:
        with pytest.raises(KeysRefused):
            KeySet.parse(json.dumps({"keys": keys}))
    for raw in ("", "[]", "{}", "[" * 100_000, '{"keys": 7}', '{"keys": [7]}'):
        with pytest.raises(KeysRefused):
            KeySet.parse(raw)


def test_keys_come_from_a_file_or_over_https_only() -> None:
    for location in ("http://issuer.test/jwks.json", "ftp://issuer.test/jwks.json", "file:///etc/passwd"):
        with pytest.raises(KeysRefused):
            Keys(location)


def test_ten_thousand_unknown_kids_cause_one_reading_in_ten_seconds(issuer: Issuer, readings: list[str]) -> None:
    clock = Clock()
    keys = Keys(str(issuer.jwks), clock)
    for n in range(10_000):
        clock.now = n / 500
        assert keys.find(f"kid-{n}") is None
    assert len(readings) == 1 + 20 // REFETCH_SECONDS - 1


def test_during_rotation_both_keys_are_good_and_then_the_old_one_ends(issuer: Issuer) -> None:
    clock = Clock()
    tokens = Tokens(settings_of(issuer.jwks), Keys(str(issuer.jwks), clock))
    first = issuer.mint(Role.ANALYST)
    issuer.rotate()
    second = issuer.mint(Role.ANALYST)
    with pytest.raises(Unauthenticated):
        tokens.caller(f"Bearer {second}")
    clock.now += REFETCH_SECONDS
    assert tokens.caller(f"Bearer {second}") == tokens.caller(f"Bearer {first}")
    issuer.rotate()
    clock.now += KEEP_SECONDS_MAX
    with pytest.raises(Unauthenticated):
        tokens.caller(f"Bearer {first}")
    assert jwt.get_unverified_header(second)["kid"] != jwt.get_unverified_header(first)["kid"]


def test_an_issuer_that_is_away_or_broken_changes_nothing(issuer: Issuer) -> None:
    clock = Clock()
    tokens = Tokens(settings_of(issuer.jwks), Keys(str(issuer.jwks), clock))
    token = issuer.mint(Role.ANALYST)
    issuer.jwks.write_text('{"keys": [{"kty": "oct", "k": "AAAA", "kid": "x"}]}')
    clock.now += KEEP_SECONDS_MAX
    assert tokens.caller(f"Bearer {token}").roles == {Role.ANALYST}
    issuer.jwks.unlink()
    clock.now += KEEP_SECONDS_MAX
    assert tokens.caller(f"Bearer {token}").roles == {Role.ANALYST}


def test_a_key_set_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class Answer:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing is held."""

        def read(self, n: int) -> bytes:
            return b"x" * n

    class Opener:
        def open(self, _request: object, timeout: float) -> Answer:
            assert timeout < REFETCH_SECONDS
            return Answer()

    monkeypatch.setattr(module, "build_opener", lambda *_: Opener())
    with pytest.raises(KeysRefused):
        Keys("https://issuer.test/jwks.json")
