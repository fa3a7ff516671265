"""The whole story of `make demo`, on real engines and real processes, with fewer people."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from deploy.demo.__main__ import tell
from deploy.demo.load import World
from deploy.local.stack import Stack
from deploy.whole import bring_up, settings_of

PEOPLE = 60


@pytest.mark.stack
def test_a_list_goes_in_a_rate_comes_out_and_is_rebuilt_to_the_byte(tmp_path: Path) -> None:
    told, stack = Console(file=StringIO(), width=160), Stack(tmp_path, given={})
    try:
        bring_up(stack)
        with settings_of(stack) as shared:
            tell(stack, shared, told, World.of(people=PEOPLE))
    finally:
        stack.down()
    assert isinstance(told.file, StringIO)
    story = told.file.getvalue()
    assert "the same list renamed: nothing new" in story
    assert " 0 failed, 0 saw something else" in story
    assert "the answer is the same to the byte" in story
