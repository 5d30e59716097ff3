"""How gunicorn serves: `gunicorn -c config/gunicorn.py config.wsgi`.

docs/configuration.md lists the variables.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from config.background import end_keeper, renew_worker, start_keeper

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter

    from config.slow_clients import BoundedThreadWorker

_MANAGE = Path(__file__).resolve().parent.parent / "manage.py"

bind = f"{os.environ.get('BIND_ADDRESS', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "config.slow_clients.BoundedThreadWorker"
# Pages wait for the database more than they compute: a few threads a process keep one slow report from
# holding up the others, and SQLite has one writer however many processes there are.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = int(os.environ.get("WEB_TIMEOUT_S", "60"))
limit_request_line = 8190  # the largest that gunicorn takes: reports are their addresses
limit_request_fields = 64
limit_request_field_size = 8190
_patience_s = float(os.environ.get("WEB_PATIENCE_S", "20"))
loglevel = os.environ.get("LOG_LEVEL", "WARNING").lower()
# gunicorn's remote control would leave a socket in the user's home folder.
control_socket_disable = True


def on_starting(server: "Arbiter") -> None:
    """Refuse an insecure production start in words, before any worker is forked.

    In a process of its own: were the apps loaded here, workers would inherit them, and a reload old code.
    """
    check = subprocess.run(
        [sys.executable, str(_MANAGE), "check", "--tag", "security"], stdout=subprocess.DEVNULL, check=False
    )
    if check.returncode:
        sys.exit(1)


def post_fork(server: "Arbiter", worker: "BoundedThreadWorker") -> None:
    worker.patience_s = _patience_s


def when_ready(server: "Arbiter") -> None:
    if os.environ.get("BACKGROUND_WORKER", "1") not in {"0", "false", "no", "off"}:
        start_keeper()
    sys.stdout.write(f"Countinghouse serves on http://{bind}/ (Ctrl-C stops it)\n")
    sys.stdout.flush()


def on_reload(server: "Arbiter") -> None:
    renew_worker()


def on_exit(server: "Arbiter") -> None:
    end_keeper()
