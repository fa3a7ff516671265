"""Bearer tokens: from an `Authorization` header to a caller, or not at all."""

from datetime import date
from typing import Annotated, Any

import jwt
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from libs.events.settings import Settings
from libs.web.access import Caller, Posting
from libs.web.keys import Keys
from libs.web.refusals import Unauthenticated
from libs.web.roles import Role, Scope

# How far the clocks of the issuer and of this machine may lie apart.
LEEWAY_SECONDS = 60
LIFETIME_SECONDS_MAX = 86_400
TOKEN_CHARACTERS_MAX = 8_192
_TYPES = {None, "JWT", "at+jwt"}
_REQUIRED = ["iss", "aud", "exp", "iat", "sub"]
_NOT_A_TOKEN = (jwt.PyJWTError, ValidationError, ValueError, TypeError, AttributeError, RecursionError)

# Opaque by its alphabet: neither an e-mail address nor a written name fits.
Sub = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:|-]{0,99}$")]
UnitText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}:[0-9A-Z]{1,12}$")]
Ids = Annotated[tuple[Annotated[str, StringConstraints(max_length=100)], ...], Field(max_length=200)]


class _Posting(BaseModel):
    model_config = ConfigDict(extra="forbid")

    unit: UnitText
    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, alias="to")


class _Claims(BaseModel):
    sub: Sub
    iat: int
    exp: int
    roles: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    units: Annotated[tuple[UnitText | _Posting, ...], Field(max_length=100)] = ()
    clubs: Ids = ()
    providers: Ids = ()
    branches: Ids = ()
    schools: Ids = ()
    client_id: Sub | None = None
    azp: Sub | None = None


class Tokens:
    """Accepts the tokens of the one issuer in the settings, signed with its one algorithm, meant for us."""

    def __init__(self, settings: Settings, keys: Keys | None = None) -> None:
        self._issuer = settings.token_issuer
        self._audience = settings.token_audience
        self._keys = keys or Keys(settings.token_jwks)

    def caller(self, authorization: str | None) -> Caller:
        """Who an `Authorization` header speaks for; `Unauthenticated`, always the same, for every other header."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not 0 < len(token) <= TOKEN_CHARACTERS_MAX:
            raise Unauthenticated("no bearer token")
        try:
            return _caller(self._claims(token.strip()))
        except _NOT_A_TOKEN:
            raise Unauthenticated("the token does not count") from None

    def _claims(self, token: str) -> _Claims:
        header = jwt.get_unverified_header(token)
        if header.get("typ") not in _TYPES or "crit" in header or not isinstance(header.get("kid"), str):
            raise jwt.InvalidTokenError("a header that is not an access token's")
        key = self._keys.find(header["kid"])
        if key is None:
            raise jwt.InvalidTokenError("no such key")
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[self._keys.algorithm],
            audience=self._audience,
            issuer=self._issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": _REQUIRED},
        )
        found = _Claims.model_validate(claims)
        if found.exp - found.iat > LIFETIME_SECONDS_MAX:
            raise jwt.InvalidTokenError("a token that lives too long")
        return found


def _caller(claims: _Claims) -> Caller:
    known = {role.value for role in Role}
    return Caller(
        sub=claims.sub,
        # A role of another system grants nothing here.
        roles=frozenset(Role(role) for role in claims.roles if role in known),
        postings=tuple(
            Posting(unit) if isinstance(unit, str) else Posting(unit.unit, unit.since, unit.until)
            for unit in claims.units
        ),
        own={
            Scope.CLUB: frozenset(claims.clubs),
            Scope.ASSIGNED: frozenset({claims.sub}),
            Scope.PROVIDER: frozenset(claims.providers),
            Scope.BRANCH: frozenset(claims.branches),
            Scope.SCHOOL: frozenset(claims.schools),
        },
        client=claims.client_id or claims.azp,
    )
