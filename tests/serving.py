"""An installation as an operator starts it: its own home, migrated, behind gunicorn."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings

_ROOT = Path(settings.BASE_DIR)
_PATIENCE_S = 60
_CONFIGURED = {"DATABASE_URL", "PUBLIC_URL", "PRODUCTION", "ALLOWED_HOSTS", "DEBUG", "SECRET_KEY"}


class Installation:
    """State in `home`, an SQLite file; `variables` go before the environment's."""

    def __init__(self, home: Path, **variables: str) -> None:
        self.home = home
        self.port = _free_port()
        kept = {name: value for name, value in os.environ.items() if name not in _CONFIGURED}
        self._environment = kept | {"COUNTINGHOUSE_HOME": str(home), "PORT": str(self.port)} | variables

    def run(self, *command: str) -> str:
        """What a command of manage.py prints."""
        arguments = [sys.executable, "manage.py", *command]
        done = subprocess.run(
            arguments, check=False, cwd=_ROOT, env=self._environment, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, *command: str) -> "subprocess.Popen[str]":
        """A command of manage.py that runs beside what comes next."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=_ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def serve(self) -> Iterator[str]:
        """The address at which it is served until the block ends."""
        gunicorn: Sequence[str] = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "config/gunicorn.py",
            "config.wsgi",
        ]
        log_path = self.home / "gunicorn.log"
        with log_path.open("w") as log:
            process = subprocess.Popen(gunicorn, cwd=_ROOT, env=self._environment, stdout=log, stderr=log)
            try:
                url = f"http://127.0.0.1:{self.port}"
                _wait_for(url, process, log_path)
                yield url
            finally:
                process.terminate()
                process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(_PATIENCE_S * 10):
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{url}/healthz"):  # noqa: S310  our own address
                return
        except URLError:
            time.sleep(0.1)
    raise RuntimeError(f"gunicorn does not answer on {url}:\n{log.read_text()}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
