"""The shape of traces: which span lies in which, remembered while parents may still come."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from billing.ledger.decide import Place
from billing.ledger.events import SpanLink
from billing.models import TraceShape

KEPT_FOR = timedelta(days=3)
"""A span is exported when it ends: parents come after their children, by as long as the work takes."""

_SPAN_BYTES = 8
_PAIR_BYTES = 2 * _SPAN_BYTES
_FORGOTTEN_AT_ONCE = 500


def remember(links: Sequence[SpanLink]) -> None:
    """Keep `links`, and forget some of what is too old, in the caller's transaction."""
    pairs: dict[tuple[UUID, str], dict[bytes, None]] = {}
    for link in links:
        if pair := _packed(link):
            pairs.setdefault((link.project_id, link.trace_id), {})[pair] = None
    TraceShape.objects.bulk_create(
        TraceShape(project_id=project_id, trace_id=trace_id, pairs=b"".join(packed))
        for (project_id, trace_id), packed in pairs.items()
    )
    oldest = timezone.now() - KEPT_FOR
    for project_id in {project_id for project_id, _ in pairs}:
        shapes = TraceShape.objects.filter(project_id=project_id)
        old = list(shapes.filter(created_at__lt=oldest).values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
        if old:
            shapes.filter(pk__in=old).delete()


def parents_of(project_id: UUID, trace_ids: Iterable[str]) -> dict[Place, str]:
    """The parent of each remembered span of the traces."""
    shapes = TraceShape.objects.filter(project_id=project_id, trace_id__in=list(trace_ids))
    return {
        (trace_id, span_id): parent_id
        for trace_id, pairs in shapes.values_list("trace_id", "pairs")
        for span_id, parent_id in _unpacked(bytes(pairs))
    }


def _packed(link: SpanLink) -> bytes:
    """Empty for ids that are not OpenTelemetry's: nothing could lie in such a span."""
    try:
        pair = bytes.fromhex(link.span_id) + bytes.fromhex(link.parent_span_id)
    except ValueError:
        return b""
    return pair if len(pair) == _PAIR_BYTES else b""


def _unpacked(pairs: bytes) -> Iterator[tuple[str, str]]:
    for start in range(0, len(pairs), _PAIR_BYTES):
        middle = start + _SPAN_BYTES
        yield pairs[start:middle].hex(), pairs[middle : middle + _SPAN_BYTES].hex()
