"""The background worker beside the server: started, kept alive and ended with it.

gunicorn's master starts `keep`, which runs one `work` and starts it anew when it dies. Each of the two ends
when the process that started it is gone, so that a killed server leaves nothing behind.

    python -m config.background keep PARENT
    python -m config.background work PARENT

The parent's id is given, since a process that starts slowly may find itself an orphan already.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from django.core.management import execute_from_command_line

_ROOT = Path(__file__).resolve().parent.parent
_LOOK_EVERY_S = 0.5
_GRACE_S = 5.0
"""How long a worker may finish its task when asked to end; then it is told to break the task off."""
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_LASTED_S = 60.0
"""A worker that lived so long did not fail at its start: the next one starts without a long pause."""


_keepers: "list[subprocess.Popen[bytes]]" = []
"""At most one. Here, since gunicorn reads its own configuration anew at every reload."""


def _program(role: str, parent: int) -> list[str]:
    return [sys.executable, "-m", "config.background", role, str(parent)]


def start_keeper() -> None:
    """In a process group of its own: Ctrl-C reaches the server alone, which then ends it."""
    command = _program("keep", os.getpid())
    _keepers.append(subprocess.Popen(command, cwd=_ROOT, process_group=0))


def renew_worker() -> None:
    """New code for the worker too."""
    for keeper in _keepers:
        keeper.send_signal(signal.SIGHUP)


def end_keeper() -> None:
    """Ask it to end, and wait until it has."""
    while _keepers:
        keeper = _keepers.pop()
        keeper.terminate()
        try:
            keeper.wait(timeout=4 * _GRACE_S)
        except subprocess.TimeoutExpired:
            keeper.kill()


class Keeper:
    """Runs `command`, the worker; SIGTERM and SIGINT end both, SIGHUP starts a new worker, with new code."""

    def __init__(self, command: Sequence[str], parent: int) -> None:
        self.command = command
        self.is_ending = False
        self.is_reloading = False
        self.parent = parent

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        signal.signal(signal.SIGHUP, self._reload)
        pause_s = _FIRST_PAUSE_S
        while not self._must_end():
            started = time.monotonic()
            worker = subprocess.Popen(self.command, cwd=_ROOT, process_group=0)
            while worker.poll() is None and not self._must_end() and not self.is_reloading:
                time.sleep(_LOOK_EVERY_S)
            if worker.poll() is None:
                _end_worker(worker)
                self.is_reloading = False
                continue
            if self._must_end():
                return
            pause_s = _FIRST_PAUSE_S if time.monotonic() - started > _LASTED_S else pause_s
            _say(f"The background worker ended ({worker.returncode}); another starts in {pause_s:.0f} s.")
            self._pause(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._must_end():
            time.sleep(_LOOK_EVERY_S)

    def _must_end(self) -> bool:
        return self.is_ending or os.getppid() != self.parent

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.is_ending = True

    def _reload(self, number: int, frame: FrameType | None) -> None:
        self.is_reloading = True


def _end_worker(worker: "subprocess.Popen[bytes]") -> None:
    """By asking, by insisting (the task is broken off and goes back to the queue), by force."""
    for insist in (worker.terminate, worker.terminate, worker.kill):
        insist()
        try:
            worker.wait(timeout=_GRACE_S)
        except subprocess.TimeoutExpired:
            continue
        return


def work(parent: int) -> NoReturn:
    """manage.py db_worker, ended when `parent`, which started it, is gone."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    sys.argv = ["manage.py", "db_worker", "--verbosity", "0"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(sys.argv)
    sys.exit(0)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_S)
    os.kill(os.getpid(), signal.SIGKILL)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    _role, _parent = sys.argv[1], int(sys.argv[2])
    if _role == "work":
        work(_parent)
    Keeper(_program("work", os.getpid()), _parent).run()
