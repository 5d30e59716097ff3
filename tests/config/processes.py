"""Starting our own programs with settings of one's choice, and nothing inherited."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
KEY = "0123456789abcdef" * 4
SECURE = {
    "PUBLIC_URL": "https://usage.example.com",
    "SECRET_KEY": KEY,
    "AUDIT_KEYS": KEY[::-1],
    "BEHIND_TLS_PROXY": "1",
}
"""What a sound production sets."""


def run(home: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`python *command` in the checkout, with `home` as its home and only `variables` besides."""
    environment = {"PATH": os.environ["PATH"], "COUNTINGHOUSE_HOME": str(home), **variables}
    return subprocess.run(
        [sys.executable, *command],
        check=False,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
