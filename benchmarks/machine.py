"""What a run ran on: the machine, the engines, the libraries, the revision."""

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.ground import Ground
from deploy.local.kafka_jars import KAFKA

LIBRARIES = ("psycopg", "sqlalchemy", "kafka-python", "crc32c", "orjson", "pydantic", "eventsourcing")


def machine(ground: Ground) -> dict[str, str]:
    """Everything that a reader needs to judge the figures, by name."""
    with ground.connect("postgres") as connection:
        settings = {name: connection.execute(_SETTING, [name]).fetchone() for name in _SETTINGS}
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "kernel": platform.release(),
        "load before": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
        "PostgreSQL": ", ".join(f"{name} {row[0]}" for name, row in settings.items() if row),
        "Kafka": f"{KAFKA.rsplit(':', 1)[1]}, one broker",
        "Python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "command": " ".join(["python -m benchmarks", *sys.argv[1:]]),
        "revision": revision(),
    }


_SETTINGS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
_SETTING = "select current_setting(%s)"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def revision() -> str:
    """The commit that ran, and whether its files were changed since."""
    root = Path(__file__).parent
    commit = _git(root, "rev-parse", "--short=12", "HEAD")
    changed = _git(root, "status", "--porcelain", "--", "../libs/events", ".")
    return f"{commit} with changes" if changed else commit


def _git(folder: Path, *words: str) -> str:
    ran = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=False)  # noqa: S603, S607 -- Our own words.
    return ran.stdout.strip() or ("unknown" if ran.returncode else "")
