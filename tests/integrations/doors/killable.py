"""A server that is killed again and again, and exporters that do not give up."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Self

from django.conf import settings

_START_S = 60
_RETRIED = {429, 502, 503, 504}
"""What OTLP's exporters send again (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response)."""
_PAUSE_S = 0.05


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request; `calls` are those in it by response id, when they are known one by one."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    calls: frozenset[str] = frozenset()


class Server:
    """gunicorn as it is shipped, in a process group of its own, always on the same port."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = int(listener.getsockname()[1])
        self._environment = {**environment, "PORT": str(self.port), "BACKGROUND_WORKER": "0"}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()

    def start(self) -> None:
        """Returns when it answers."""
        command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        for _ in range(_START_S * 20):
            if self._answers():
                return
            assert self._process.poll() is None, self._log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"gunicorn does not answer:\n{self._log.read_text()}")

    def kill(self) -> None:
        """SIGKILL for master and workers at once: none can finish or tidy up anything."""
        assert self._process is not None
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


class Exporters:
    """Threads that send each delivery until it is answered 200, in the order given."""

    def __init__(self, port: int, deliveries: Sequence[Delivery], *, threads: int = 4) -> None:
        self._port = port
        self._waiting = list(reversed(deliveries))
        self._lock = Lock()
        self._stopped = Event()
        self._answered: list[Delivery] = []
        self.refused: list[str] = []
        """What was answered with a status after which no exporter comes again."""
        self.attempts = 0
        self._threads = [Thread(target=self._work, daemon=True) for _ in range(threads)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def answered(self) -> list[Delivery]:
        with self._lock:
            return list(self._answered)

    def wait_for(self, number: int, patience_s: float) -> None:
        """Until so many deliveries were answered 200."""
        until = time.monotonic() + patience_s
        while len(self.answered()) < number and not self.refused:
            assert time.monotonic() < until, f"{len(self.answered())} of {number} deliveries got through"
            time.sleep(0.002)

    def _work(self) -> None:
        while not self._stopped.is_set():
            with self._lock:
                if not self._waiting:
                    return
                delivery = self._waiting.pop()
            while not self._stopped.is_set() and not self._sent(delivery):
                time.sleep(random.uniform(_PAUSE_S, 2 * _PAUSE_S))

    def _sent(self, delivery: Delivery) -> bool:
        """Whether it need not be sent again."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("POST", delivery.path, delivery.body, dict(delivery.headers))
            response = connection.getresponse()
            said = response.read()
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
            with self._lock:
                self.attempts += 1
        if response.status in _RETRIED:
            return False
        with self._lock:
            if response.status == 200:
                self._answered.append(delivery)
            else:
                self.refused.append(f"{delivery.path}: {response.status} {said[:500]!r}")
        return True
