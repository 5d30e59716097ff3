"""The three marks that stand where a plain figure would mislead."""

from django.utils.safestring import mark_safe

UNPRICED = mark_safe('<span class="unpriced">unpriced</span>')
"""A cost that nobody knows: never 0."""

ZERO = mark_safe('<span class="dim">0</span>')
"""A real zero."""

NOT_APPLICABLE = mark_safe('<span class="dim">–</span>')
"""No figure: not known to the source, or without meaning here."""
