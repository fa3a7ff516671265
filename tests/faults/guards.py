"""Taking a guard out, so that a test can see its proof fail: a guard nobody saw fail guards nothing."""

import inspect
import re
from textwrap import dedent
from typing import Any

import pytest
from sqlalchemy import text

from libs.events.migrate import JOURNAL
from tests.conftest import Bench


def without(patch: pytest.MonkeyPatch, owner: Any, name: str, *guards: tuple[str, str]) -> None:
    """Replace a function by its own source with each guard's text, found there once, replaced by another."""
    function = getattr(owner, name)
    source = dedent(inspect.getsource(function))
    for guard, instead in guards:
        assert source.count(guard) == 1, f"{name} has no such guard any more: {guard}"
        source = source.replace(guard, instead)
    made: dict[str, Any] = {}
    exec(compile(source, f"<{name} without a guard>", "exec"), function.__globals__, made)  # noqa: S102 -- Our own code.
    patch.setattr(owner, name, made[name])


def without_sql(bench: Bench, name: str, guard: str, instead: str = "") -> None:
    """The same for a function of the journal's database, from the migration that makes it."""
    script = (JOURNAL / "0001_journal.sql").read_text("utf-8")
    found = re.search(rf"create function {name}\(.*?;\n\n", script, re.DOTALL)
    assert found is not None, f"there is no function {name} any more"
    source = found[0]
    assert source.count(guard) == 1, f"{name} has no such guard any more: {guard}"
    statement = source.replace(guard, instead).replace("create function", "create or replace function", 1)
    run(bench, statement)


def run(bench: Bench, statement: str) -> None:
    """Change the database as its superuser."""
    with bench.superuser.begin() as connection:
        connection.execute(text(statement.replace(":=", r"\:=").replace("::", r"\:\:")))
