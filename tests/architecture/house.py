"""What the house consists of, for the tests that hold its rules."""

from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models

ROOT = Path(settings.BASE_DIR)
APPS = ("core", "accounts", "projects", "chat", "billing", "integrations", "dashboard", "config")
"""From the ground up: each may import, and point to, those before it."""


def house_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def source_files(*suffixes: str) -> Iterator[Path]:
    """Files that git would track, with one of `suffixes` (all without), relative to the root."""
    ignored = {line.strip().rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines()} | {".git"}
    for path in sorted(ROOT.rglob("*")):
        relative = path.relative_to(ROOT)
        is_wanted = path.suffix in suffixes if suffixes else path.suffix != ".pyc"
        if is_wanted and path.is_file() and not ignored & set(relative.parts):
            yield relative
