"""Each client in an environment of its own, made once and kept until its pinned versions change."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent.parent


class InstallError(Exception):
    """A client's packages could not be installed; what the installer said."""


def command_of(client: str) -> list[str]:
    """The command line that runs the client in folder `client`, whose packages are installed first."""
    source = _HERE / client
    place = _cache() / client
    if (source / "requirements.txt").exists():
        python = place / "bin" / "python"
        _install(source / "requirements.txt", place, _virtual_environment)
        return [str(python), str(source / "client.py")]
    # Node looks for packages beside the program.
    _install(source / "package-lock.json", place, _node_modules)
    shutil.copy(source / "client.mjs", place)
    return ["node", str(place / "client.mjs")]


def _cache() -> Path:
    configured = os.environ.get("COUNTINGHOUSE_CLIENTS_CACHE")
    return Path(configured).resolve() if configured else _ROOT / "var" / "clients"


def _install(lock: Path, place: Path, install: Callable[[Path, Path], None]) -> None:
    stamp = place / ".installed"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    install(lock, place)
    shutil.copy(lock, stamp)


def _virtual_environment(lock: Path, place: Path) -> None:
    _run([sys.executable, "-m", "venv", str(place)])
    pip = [str(place / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "install", "--no-deps", "-r", str(lock)])


def _node_modules(lock: Path, place: Path) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(lock.with_name(name), place)
    _run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], place)


def _run(command: Sequence[str], folder: Path = _ROOT) -> None:
    try:
        done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    except FileNotFoundError:
        raise InstallError(f"{command[0]} is not installed.") from None
    if done.returncode:
        raise InstallError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
