"""Kinds of files as pages name them."""

from integrations.models import Source
from integrations.services.import_kinds import IMPORT_KINDS


def kind_label(kind: str) -> str:
    """ "claude-code" → "Claude Code"; a kind that is gone keeps its own name."""
    return str(Source.Kind(kind).label) if kind in Source.Kind.values else kind


def is_of_installation(kind: str) -> bool:
    """Whether its records belong to no project."""
    return kind in IMPORT_KINDS and IMPORT_KINDS[kind].is_of_installation
