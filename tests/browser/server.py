"""The product as an operator starts it: its own home, migrated, with demo data, behind gunicorn."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings

_ROOT = Path(settings.BASE_DIR)
_EMAIL = "owner@example.com"
_PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A running installation and the owner's account in it."""

    url: str
    email: str
    password: str


@contextmanager
def serve(home: Path) -> Iterator[Server]:
    """An installation in `home` with 45 days of demo data, served until the block ends."""
    password = secrets.token_urlsafe(16)
    port = _free_port()
    configured = {"DATABASE_URL", "PUBLIC_URL", "PRODUCTION", "ALLOWED_HOSTS", "DEBUG", "SECRET_KEY"}
    environment = {name: value for name, value in os.environ.items() if name not in configured}
    environment |= {
        "COUNTINGHOUSE_HOME": str(home),
        "PORT": str(port),
        "DJANGO_SUPERUSER_PASSWORD": password,
    }
    for command in (
        ["migrate", "--verbosity", "0"],
        ["createsuperuser", "--noinput", "--email", _EMAIL],
        ["seed_demo", "--days", "45"],
    ):
        _run([sys.executable, "manage.py", *command], environment)
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
    log_path = home / "gunicorn.log"
    with log_path.open("w") as log:
        process = subprocess.Popen(gunicorn, cwd=_ROOT, env=environment, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, process, log_path)
            yield Server(url, _EMAIL, password)
        finally:
            process.terminate()
            process.wait()


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, check=False, cwd=_ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[1:])} failed:\n{done.stdout}{done.stderr}")


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(_PATIENCE_S * 10):
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{url}/admin/login/"):  # noqa: S310  our own address
                return
        except URLError:
            time.sleep(0.1)
    raise RuntimeError(f"gunicorn does not answer on {url}:\n{log.read_text()}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
