"""How persons are searched: by any name or number they ever had, among those who live or are managed in some units."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from libs.events.keyring import Keyring, keyed_hash
from libs.vietnam.names import name_tokens
from services.registry.projections.identifiers import folded_text, names, numbers
from services.registry.projections.persons import persons


def wanted(
    connection: Connection, keyring: Keyring, units: Collection[str], number: str | None, name: str | None
) -> tuple[str, dict[str, Any]]:
    """The condition on a row of `persons` that it is meant, and its values.

    The units come first and each person's names are looked at one by one: hashes of a common name are on hundreds of
    thousands of rows. A name is meant by all of it folded, or by all of some words of it.
    """
    found, values = ["false"], dict[str, Any](units=list(units))
    if number:
        found.append(_of(connection, numbers, ":number in (k.citizen_hash, k.legacy_hash)"))
        values |= {"number": keyed_hash(keyring, number)}
    if name:
        found.append(_of(connection, names, "k.folded_hash = :name or k.token_hashes @> :tokens"))
        tokens = [keyed_hash(keyring, token) for token in name_tokens(name)]
        values |= {"name": keyed_hash(keyring, folded_text(name)), "tokens": tokens}
    return f"(unit = any(:units) or managed_in = any(:units)) and ({' or '.join(found)})", values


def _of(connection: Connection, known: Any, condition: str) -> str:
    # `offset 0` keeps the planner from turning it round and reading every name of the country first.
    person = f"{persons.live(connection)}.person_id"
    return f"exists (select from {known.live(connection)} k where k.person_id = {person} and ({condition}) offset 0)"
