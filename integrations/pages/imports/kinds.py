"""Kinds of files as pages name them."""

from integrations.models import Source


def kind_label(kind: str) -> str:
    """ "claude-code" → "Claude Code"; a kind that is gone keeps its own name."""
    return str(Source.Kind(kind).label) if kind in Source.Kind.values else kind
