"""Which reports tell of the same call: the rules, on rows alone, without a database.

Reports come from many observers: an SDK, the instrumentation around it, a framework around that, a gateway,
a tool's own log. Each call must count once. The rules, in order, after the first (one row a native id), which
is the ledger's unique key:

- *Wrappers.* A report without an id of its own, in which another report of a call lies, is an aggregate.
- *Same call.* Reports of different observers with the same response or request id, at about the same time.
- *Alike.* A report without ids, and one of another observer in the same service, with the same input and
  output tokens and overlapping times. Each call takes at most one such report of an observer.

A row that a person said `counts_apart` is left alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from billing.ledger.observers import name_of, rank_of
from billing.measures import ANSWERED
from billing.models import TokenUsage

SAME_CALL_SLACK = timedelta(minutes=5)
"""How far apart clocks of two observers may be. Ids repeat: local servers count them up, or draw few."""

ALIKE_SLACK = timedelta(seconds=2)
"""How far apart two observers' times of one call may be without any id that joins them."""

Place = tuple[str, str]
"""A span: its trace's id and its own."""

_DEPTH = 1_000


@dataclass(slots=True)
class Group:
    """Reports of one call. `best` gives the figures; `others` follow by how far they are believed."""

    best: TokenUsage
    others: list[tuple[TokenUsage, str]] = field(default_factory=list)
    wrappers: list[TokenUsage] = field(default_factory=list)

    @property
    def reports(self) -> list[TokenUsage]:
        return [self.best, *(report for report, _ in self.others)]


@dataclass(slots=True)
class _Cluster:
    reports: list[TokenUsage]
    alike: list[TokenUsage] = field(default_factory=list)

    @property
    def observers(self) -> set[str]:
        return {name_of(report.observer) for report in (*self.reports, *self.alike)}

    @property
    def is_anonymous(self) -> bool:
        return not any(report.response_id or report.request_id for report in self.reports)


def decide(reports: Sequence[TokenUsage], parents: Mapping[Place, str]) -> list[Group]:
    """The calls that one project's `reports` tell of. `parents`: the parent of spans that are no report."""
    ordered = sorted(reports, key=_trust)
    free = [report for report in ordered if not report.counts_apart]
    ancestors = _ancestors(free, parents)
    wrapped = _wrapped(free, ancestors)
    clusters = _same_calls([report for report in free if report.pk not in wrapped], ancestors)
    clusters = _joined_by_likeness(clusters)
    groups = [_group(cluster) for cluster in clusters]
    home = {report.pk: group for group in groups for report in group.reports}
    for report in free:
        if report.pk in wrapped:
            home[_innermost(report, wrapped)].wrappers.append(report)
    return groups + [Group(report) for report in ordered if report.counts_apart]


def began(report: TokenUsage) -> datetime:
    """When the call started, as far as its latency tells."""
    return report.occurred_at - timedelta(milliseconds=min(report.latency_ms or 0, 86_400_000))


def is_measured(report: TokenUsage) -> bool:
    return report.input_tokens is not None or report.output_tokens is not None


def _trust(report: TokenUsage) -> tuple[object, ...]:
    """Sorts reports: answered and measured ones first, then by observer, the fuller, the earlier."""
    size = (report.input_tokens or 0) + (report.output_tokens or 0)
    return (
        report.status not in ANSWERED,
        not is_measured(report),
        rank_of(report.observer),
        -size,
        report.occurred_at,
        report.pk,
    )


def _ancestors(reports: Iterable[TokenUsage], parents: Mapping[Place, str]) -> dict[UUID, list[TokenUsage]]:
    """For each report the reports that it lies in, the nearest first."""
    spans = {(report.trace_id, report.span_id): report for report in reports if report.span_id}
    found: dict[UUID, list[TokenUsage]] = {}
    for (trace_id, _), report in spans.items():
        above: list[TokenUsage] = []
        span_id = report.parent_span_id
        seen = {report.span_id}
        while span_id and span_id not in seen and len(seen) < _DEPTH:
            seen.add(span_id)
            outer = spans.get((trace_id, span_id))
            if outer is not None:
                above.append(outer)
                span_id = outer.parent_span_id
            else:
                span_id = parents.get((trace_id, span_id), "")
        found[report.pk] = above
    return found


def _wrapped(
    reports: Sequence[TokenUsage], ancestors: Mapping[UUID, list[TokenUsage]]
) -> dict[UUID, TokenUsage]:
    """The id of each wrapper → a report inside it: the first that is measured, if any is."""
    inside: dict[UUID, TokenUsage] = {}
    for report in sorted(reports, key=lambda inner: (not is_measured(inner), inner.occurred_at, inner.pk)):
        for outer in ancestors.get(report.pk, ()):
            if outer.response_id or outer.request_id:
                continue
            if is_measured(report) or not is_measured(outer):
                inside.setdefault(outer.pk, report)
    return inside


def _innermost(wrapper: TokenUsage, wrapped: Mapping[UUID, TokenUsage]) -> UUID:
    report = wrapper
    while report.pk in wrapped:
        report = wrapped[report.pk]
    return report.pk


def _same_calls(reports: Sequence[TokenUsage], ancestors: Mapping[UUID, list[TokenUsage]]) -> list[_Cluster]:
    clusters: list[_Cluster] = []
    by_id: dict[str, list[_Cluster]] = {}
    for report in reports:
        keys = [f"{kind}:{value}" for kind, value in _ids(report) if value]
        matches: list[_Cluster] = []
        for cluster in sorted(
            {id(cluster): cluster for key in keys for cluster in by_id.get(key, ())}.values(),
            key=lambda known: abs(known.reports[0].occurred_at - report.occurred_at),
        ):
            if _belongs(report, cluster, ancestors) and all(
                not (cluster.observers & known.observers) for known in matches
            ):
                matches.append(cluster)
        home = matches[0] if matches else _Cluster([])
        if not matches:
            clusters.append(home)
        for merged in matches[1:]:
            home.reports += merged.reports
            clusters.remove(merged)
            for known in by_id.values():
                known[:] = [home if cluster is merged else cluster for cluster in known]
        home.reports.append(report)
        for key in keys:
            if home not in by_id.setdefault(key, []):
                by_id[key].append(home)
    return clusters


def _ids(report: TokenUsage) -> tuple[tuple[str, str], ...]:
    return ("response", report.response_id), ("request", report.request_id)


def _belongs(report: TokenUsage, cluster: _Cluster, ancestors: Mapping[UUID, list[TokenUsage]]) -> bool:
    """Whether `report` may tell of the cluster's call: no id speaks against it, nor does time or observer."""
    for known in cluster.reports:
        for (_, mine), (_, theirs) in zip(_ids(report), _ids(known), strict=True):
            if mine and theirs and mine != theirs:
                return False
        if not _overlap(report, known, SAME_CALL_SLACK):
            return False
        is_nested = known in ancestors.get(report.pk, ()) or report in ancestors.get(known.pk, ())
        if name_of(known.observer) == name_of(report.observer) and not is_nested:
            return False
    return True


def _joined_by_likeness(clusters: Sequence[_Cluster]) -> list[_Cluster]:
    """Anonymous reports join the call that they resemble; the nearest in time first."""
    anonymous = [cluster for cluster in clusters if cluster.is_anonymous and _has_figures(cluster.reports[0])]
    by_size: dict[tuple[object, ...], list[_Cluster]] = {}
    for cluster in clusters:
        for size in {_size(report) for report in cluster.reports if _has_figures(report)}:
            by_size.setdefault(size, []).append(cluster)
    pairs = sorted(
        (
            (_distance(lone.reports[0], known), position, lone, known)
            for position, lone in enumerate(anonymous)
            for known in by_size[_size(lone.reports[0])]
            if known is not lone and _may_be_alike(lone.reports[0], known)
        ),
        key=lambda pair: pair[:2],
    )
    taken: set[int] = set()
    for _, _, lone, known in pairs:
        if id(lone) in taken or id(known) in taken or lone.alike or lone.observers & known.observers:
            continue
        if known.is_anonymous and _trust(lone.reports[0]) < _trust(known.reports[0]):
            lone, known = known, lone
            if lone.alike:
                continue
        known.alike += lone.reports
        taken.add(id(lone))
    return [cluster for cluster in clusters if id(cluster) not in taken]


def _has_figures(report: TokenUsage) -> bool:
    return bool(report.service) and bool(report.input_tokens or report.output_tokens)


def _size(report: TokenUsage) -> tuple[object, ...]:
    return report.service, report.input_tokens, report.output_tokens


def _may_be_alike(lone: TokenUsage, known: _Cluster) -> bool:
    return name_of(lone.observer) not in known.observers and any(
        _size(report) == _size(lone) and _overlap(lone, report, ALIKE_SLACK) for report in known.reports
    )


def _overlap(one: TokenUsage, other: TokenUsage, slack: timedelta) -> bool:
    return began(one) <= other.occurred_at + slack and began(other) <= one.occurred_at + slack


def _distance(lone: TokenUsage, known: _Cluster) -> timedelta:
    return min(
        abs(began(lone) - began(report)) + abs(lone.occurred_at - report.occurred_at)
        for report in known.reports
    )


def _group(cluster: _Cluster) -> Group:
    reasons = {report.pk: TokenUsage.Superseded.SAME_CALL for report in cluster.reports}
    reasons |= {report.pk: TokenUsage.Superseded.ALIKE for report in cluster.alike}
    best, *others = sorted((*cluster.reports, *cluster.alike), key=_trust)
    if reasons[best.pk] == TokenUsage.Superseded.ALIKE:
        # The figures are the same: what resembles is named by its resemblance, whoever is believed.
        reasons |= {report.pk: TokenUsage.Superseded.ALIKE for report in others}
    return Group(best, [(report, str(reasons[report.pk])) for report in others])
