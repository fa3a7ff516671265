"""The command line as its users meet it: what it prints, and how it ends."""

import json
import sys
from functools import partial
from pathlib import Path

import pytest

from deploy import cli
from deploy.local import commands
from deploy.local.stack import Stack


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    monkeypatch.setattr(commands, "Stack", partial(Stack, tmp_path, given={}))

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aftercare", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    return run
