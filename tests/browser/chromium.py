"""The browser of the browser tests. `python -m tests.browser.chromium` installs Debian's when it may."""

import os
import shutil
import subprocess
import sys

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "No Chromium: the browser tests cannot run. Install one (on Debian: sudo apt-get install chromium), "
    "or name it in CHROMIUM."
)


def chromium() -> str | None:
    """The path of the browser: CHROMIUM's, else the system's; None when there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def is_required() -> bool:
    """Whether tests that find no browser must fail: in continuous integration nothing is skipped unseen."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def _install() -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *command], check=False, env=environment, stdout=sys.stderr)


def main() -> int:
    if chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
    if chromium():
        return 0
    sys.stderr.write(f"{MISSING}\n")
    return 1 if is_required() else 0


if __name__ == "__main__":
    sys.exit(main())
