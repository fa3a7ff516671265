"""`aftercare deadlines` as an operator uses it, on a service of the tests."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from deploy import deadline_commands
from libs.events.deadlines import Deadlines
from libs.events.reactor import Reaction
from tests.conftest import MakeBench
from tests.libs.events.test_deadlines import Office, PaperDue, paper_rows, papers


def test_deadlines_are_listed_redated_and_recorded(make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"office{uuid4().hex[:8]}"
    rows = paper_rows(f"{name}.papers")

    def later(row: object) -> Reaction:
        return Reaction(papers, f"paper-{paper}", f"person-{paper}", PaperDue(paper_id=paper, due="2031-01-10"))

    bench = make_bench(name=name, deadlines=[Deadlines(rows, later)])
    bench.verify_journal()
    monkeypatch.setattr(deadline_commands, "_worker", lambda _name: bench.open("worker"))
    office, paper = Office(bench, bench.open("worker")), uuid4()
    office.says(PaperDue(paper_id=paper, due=date(2030, 1, 10).isoformat()), paper)
    office.parts.close()

    def said(*words: str) -> str:
        result = CliRunner().invoke(deadline_commands.app, [*words])
        assert result.exit_code == 0, result.output
        return result.output.strip()

    assert said("list", name) == f"{name}.papers: 1 open, 0 passed, the next until 2030-01-10 17:00 UTC"
    assert said("redate", name, "--by", "somebody") == f"{name}.papers: 1 of 1 moved"
    assert said("list", name).endswith("the next until 2031-01-10 17:00 UTC")
    with bench.superuser.connect() as connection:
        (found,) = connection.execute(text("select operator, action, outcome from operation"))
    assert tuple(found) == ("somebody", "redate", f"{name}.papers: 1 of 1 moved")
