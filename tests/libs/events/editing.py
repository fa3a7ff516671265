"""Editing a journal as nobody should: as a superuser who switches its guard off."""

from sqlalchemy import text

from tests.conftest import Bench


def edit(bench: Bench, statement: str) -> list[str]:
    """Change at least one row; the positions of the rows, where the statement returns partition and sequence."""
    with bench.superuser.begin() as connection:
        connection.execute(text("alter table journal disable trigger all"))
        result = connection.execute(text(statement))
        assert result.rowcount, "nothing was edited"
        rows = result.all() if result.returns_rows else []
    return [f"{bench.service.name}/{row.partition}/{row.sequence}" for row in rows]
