"""Which tokens count: the table of attacks, each against a key set that accepts the honest one."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from libs.events.settings import Mode
from libs.web.access import Posting
from libs.web.issuer import Issuer
from libs.web.issuer import _load as load
from libs.web.refusals import Unauthenticated
from libs.web.roles import Role, Scope
from libs.web.tokens import LIFETIME_SECONDS_MAX, Tokens
from tests.libs.web.conftest import AUDIENCE, ISSUER, settings_of

HOME = "2025:26080"
Forge = Callable[[Issuer], str]


@pytest.fixture(params=["EdDSA", "RS256"], scope="module")
def issuer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    folder = tmp_path_factory.mktemp("issuer")
    return Issuer(folder, mode=Mode.DEVELOPMENT, issuer=ISSUER, audience=AUDIENCE, algorithm=request.param)


@pytest.fixture
def tokens(issuer: Issuer) -> Tokens:
    return Tokens(settings_of(issuer.jwks))


def key_file(issuer: Issuer) -> Path:
    return max(issuer.jwks.parent.glob("*.pem"))


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    said: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u-1", "iat": now, "exp": now + 60}
    return {name: value for name, value in (said | changes).items() if value is not None}


def sign(issuer: Issuer, said: dict[str, Any], **headers: Any) -> str:
    file = key_file(issuer)
    algorithm = json.loads(issuer.jwks.read_text())["keys"][0]["alg"]
    named = {name: value for name, value in ({"kid": file.stem} | headers).items() if value is not None}
    return jwt.encode(said, load(file), algorithm=algorithm, headers=named)


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def hs256_with_the_public_key(issuer: Issuer) -> str:
    file = key_file(issuer)
    public = load(file).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': file.stem})}.{part(claims())}"
    mac = hmac.digest(public, signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def signed_by_a_stranger(issuer: Issuer) -> str:
    stranger = Issuer(issuer.jwks.parent / "stranger", mode=Mode.DEVELOPMENT, issuer=ISSUER, audience=AUDIENCE)
    token = jwt.encode(claims(), load(key_file(stranger)), algorithm="EdDSA", headers={"kid": key_file(issuer).stem})
    stranger.jwks.unlink()
    return token


def the_other_algorithm(issuer: Issuer) -> str:
    own = json.loads(issuer.jwks.read_text())["keys"][0]["alg"]
    other = "RS256" if own == "EdDSA" else "EdDSA"
    folder = issuer.jwks.parent / "other"
    stranger = Issuer(folder, mode=Mode.DEVELOPMENT, issuer=ISSUER, audience=AUDIENCE, algorithm=other)
    return jwt.encode(claims(), load(key_file(stranger)), algorithm=other, headers={"kid": key_file(issuer).stem})


def changed_after_signing(issuer: Issuer) -> str:
    header, _, signature = sign(issuer, claims()).split(".")
    return f"{header}.{part(claims(roles=['commune_chairman']))}.{signature}"


ATTACKS: dict[str, Forge] = {
    "alg none": lambda i: f"{part({'alg': 'none', 'kid': key_file(i).stem})}.{part(claims())}.",
    "HS256 signed with the public key": hs256_with_the_public_key,
    "signed by a stranger under our kid": signed_by_a_stranger,
    "another algorithm than the issuer's": the_other_algorithm,
    "changed after signing": changed_after_signing,
    "unknown kid": lambda i: sign(i, claims(), kid="nobody"),
    "no kid": lambda i: sign(i, claims(), kid=None),
    "unknown crit": lambda i: sign(i, claims(), crit=["exp"], exp=1),
    "crit of a private extension": lambda i: sign(i, claims(), crit=["x-a"], **{"x-a": 1}),
    "another kind of token": lambda i: sign(i, claims(), typ="logout+jwt"),
    "wrong issuer": lambda i: sign(i, claims(iss="https://elsewhere.test")),
    "no issuer": lambda i: sign(i, claims(iss=None)),
    "audience of a sibling": lambda i: sign(i, claims(aud="aftercare-clubs")),
    "no audience": lambda i: sign(i, claims(aud=None)),
    "expired": lambda i: sign(i, claims(iat=int(time.time()) - 200, exp=int(time.time()) - 100)),
    "no exp": lambda i: sign(i, claims(exp=None)),
    "exp that is no number": lambda i: sign(i, claims(exp="soon")),
    "lives too long": lambda i: sign(i, claims(exp=int(time.time()) + LIFETIME_SECONDS_MAX + 60)),
    "no iat": lambda i: sign(i, claims(iat=None)),
    "issued in the future": lambda i: sign(i, claims(iat=int(time.time()) + 120, exp=int(time.time()) + 180)),
    "no sub": lambda i: sign(i, claims(sub=None)),
    "sub that is a number": lambda i: sign(i, claims(sub=7)),
    "sub that names a person": lambda i: sign(i, claims(sub="nguyen.van.a@example.test")),
    "roles that are no list": lambda i: sign(i, claims(roles="commune_chairman")),
    "a bare unit code": lambda i: sign(i, claims(units=["26080"])),
    "a unit that would open the scope": lambda i: sign(i, claims(units=["*"])),
    "two units in one text": lambda i: sign(i, claims(units=["2025:26080,2025:00004"])),
    "a posting with more to say": lambda i: sign(i, claims(units=[{"unit": HOME, "all": True}])),
    "too long": lambda i: sign(i, claims(note="x" * 9_000)),
    "deeply nested": lambda _: f"{base64.urlsafe_b64encode(b'[' * 5_000).decode()}.e30.e30",
    "not a token": lambda _: "aftercare",
    "empty": lambda _: "",
}


@pytest.mark.parametrize("forge", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_forged_token_is_refused(forge: Forge, issuer: Issuer, tokens: Tokens) -> None:
    with pytest.raises(Unauthenticated):
        tokens.caller(f"Bearer {forge(issuer)}")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic dTpw", "Token abc"])
def test_anything_but_a_bearer_token_is_refused(header: str | None, tokens: Tokens) -> None:
    with pytest.raises(Unauthenticated):
        tokens.caller(header)


def test_an_honest_token_names_its_caller(issuer: Issuer, tokens: Tokens) -> None:
    units: list[str | dict[str, str]] = [HOME, {"unit": "2025:00004", "from": "2026-07-01", "to": "2026-12-31"}]
    token = issuer.mint(Role.CLUB_BOARD, sub="u-7", units=units, clubs=["c-1"], client_id="portal")
    caller = tokens.caller(f"bearer {token}")
    assert caller.sub == "u-7"
    assert caller.roles == {Role.CLUB_BOARD}
    assert caller.postings == (Posting(HOME), Posting("2025:00004", date(2026, 7, 1), date(2026, 12, 31)))
    assert caller.own[Scope.CLUB] == {"c-1"}
    assert caller.own[Scope.ASSIGNED] == {"u-7"}
    assert caller.client == "portal"


def test_a_role_of_another_system_grants_nothing(issuer: Issuer, tokens: Tokens) -> None:
    assert tokens.caller(f"Bearer {sign(issuer, claims(roles=['root', 'analyst']))}").roles == {Role.ANALYST}


def test_a_clock_a_little_behind_is_forgiven(issuer: Issuer, tokens: Tokens) -> None:
    now = int(time.time())
    assert tokens.caller(f"Bearer {sign(issuer, claims(iat=now - 60, exp=now - 2))}").sub == "u-1"
