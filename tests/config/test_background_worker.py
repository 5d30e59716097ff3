"""The worker beside the server: started with it, kept alive, ended with it however it ends."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.config.processes import ROOT
from tests.serving import Installation

PATIENCE_S = 60.0
"""How long a slow machine may take over what needs a second."""

WORKER = """
import os, signal, sys, time
if sys.argv[2:] == ["deaf"]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
time.sleep(300)
"""
KEEP = """
import os, sys
from config import background
background._FIRST_PAUSE_S = background._LOOK_EVERY_S = background._GRACE_S = 0.05
background.Keeper([sys.executable, "-c", *sys.argv[1:]], os.getppid()).run()
"""
SERVER = """
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", *sys.argv[1:]]).pid, flush=True)
time.sleep(300)
"""


def until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


class Kept:
    """A keeper and the ids of the workers that it started so far."""

    def __init__(self, folder: Path, *how: str) -> None:
        self._log = folder / "workers"
        command = [sys.executable, "-c", KEEP, WORKER, str(self._log), *how]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)

    @property
    def workers(self) -> list[int]:
        return [int(line) for line in self._log.read_text().split()] if self._log.exists() else []


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Callable[..., Kept]]:
    kept: list[Kept] = []

    def start(*how: str) -> Kept:
        kept.append(Kept(tmp_path, *how))
        until(lambda: kept[-1].workers)
        return kept[-1]

    yield start
    for each in kept:
        each.process.kill()
        each.process.wait()
        for pid in filter(is_alive, each.workers):
            os.kill(pid, signal.SIGKILL)


def test_a_worker_that_dies_is_replaced(keep) -> None:
    kept = keep()
    os.kill(kept.workers[0], signal.SIGKILL)
    until(lambda: len(kept.workers) == 2)
    assert is_alive(kept.workers[1])


@pytest.mark.parametrize("how", [(), ("deaf",)])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_its_worker(keep, how: tuple[str, ...], number: int) -> None:
    kept = keep(*how)
    kept.process.send_signal(number)
    assert kept.process.wait(timeout=PATIENCE_S) == 0
    assert not is_alive(kept.workers[0])
    assert len(kept.workers) == 1


def test_new_code_is_a_new_worker(keep) -> None:
    kept = keep()
    kept.process.send_signal(signal.SIGHUP)
    until(lambda: len(kept.workers) == 2)
    assert not is_alive(kept.workers[0])


def test_nothing_outlives_a_killed_server(tmp_path: Path) -> None:
    log = tmp_path / "workers"
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, KEEP, WORKER, str(log)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    keeper = int(server.stdout.readline())
    until(lambda: log.exists() and log.read_text().endswith("\n"))
    worker = int(log.read_text())
    server.kill()
    server.communicate()
    until(lambda: not is_alive(keeper) and not is_alive(worker))


SEND = """
from accounts.models import User
from integrations.services.import_kinds import IMPORT_KINDS
from integrations.services.uploads.receiving import IncomingFile
from integrations.services.uploads.steps import receive
file = IncomingFile("usage.csv", "text/csv", None)
file.write(b"occurred_at,provider,model,input_tokens\\n2026-11-18,openai,gpt-4o,7\\n")
file.seek(0)
user = User.objects.create_user(email="owner@example.com", password="x", role="owner")
receive(kind=IMPORT_KINDS["csv"], files=[(file, bytes(32))], project=None, source_name="", user=user)
"""


def processes_of(home: Path, words: str) -> list[int]:
    """Ids of the processes of an installation whose command line has these words."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if words in command and f"COUNTINGHOUSE_HOME={home}".encode() in environment:
            found.append(int(folder.name))
    return found


def test_the_server_brings_a_worker_that_takes_up_uploads(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.run("migrate", "--verbosity", "0")
    installation.run("shell", "--verbosity", "0", "-c", SEND)

    def status() -> str:
        with closing(sqlite3.connect(tmp_path / "countinghouse.sqlite3")) as database:
            return str(database.execute("SELECT status FROM integrations_importupload").fetchone()[0])

    assert status() == "uploaded"
    with installation.serve():
        until(lambda: status() == "previewed")
        [first] = processes_of(tmp_path, "config.background work")
        [keeper] = processes_of(tmp_path, "config.background keep")
        os.kill(parent_of(keeper), signal.SIGHUP)
        until(lambda: processes_of(tmp_path, "config.background work") not in ([], [first]))
        [worker] = processes_of(tmp_path, "config.background work")
        os.kill(keeper, signal.SIGKILL)
        until(lambda: not is_alive(worker))
    assert processes_of(tmp_path, "config.background") == []


def test_a_server_may_go_without(tmp_path: Path) -> None:
    with Installation(tmp_path, BACKGROUND_WORKER="0").serve():
        assert processes_of(tmp_path, "config.background") == []
