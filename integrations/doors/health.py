"""Whether the server lives, and whether it can work: for load balancers, orchestrators and people who watch.

Answered to anybody, so they name what is wrong and no more.
"""

import shutil
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.gates import ANYBODY, open_to

OK = "ok"
_LEAST_FREE_BYTES = 256 * 1024 * 1024


@open_to(ANYBODY)
@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked: a database that is away is no reason to restart it."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@open_to(ANYBODY)
@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """503 while something that deliveries need is missing; each of it is "ok" or says why not."""
    checks = {**_database(), "disk": _disk()}
    is_ready = set(checks.values()) == {OK}
    return JsonResponse({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)


def _database() -> dict[str, str]:
    try:
        applied = MigrationRecorder(connection).applied_migrations().keys()
    except (DatabaseError, InterfaceError):
        return {"database": "does not answer", "migrations": "unknown"}
    missing = len(_known_migrations() - applied)
    return {"database": OK, "migrations": f"{missing} not applied" if missing else OK}


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Those of the code that runs; they are read from disk once."""
    return frozenset(MigrationLoader(None).graph.nodes)


def _disk() -> str:
    try:
        free = shutil.disk_usage(settings.HOME).free
    except OSError:
        return "cannot be read"
    return OK if free >= _LEAST_FREE_BYTES else "almost full"
