"""Captures of real clients, booked: what the ledger counts is what the provider told the client."""

import random

import pytest

from billing.ledger.events import SpanLink
from billing.ledger.rebuild import check_rollups
from billing.models import TokenUsage
from integrations.services.ingest import Delivery, take_in
from tests.factories import make_project
from tests.integrations.otlp.captures import (
    COLUMNS,
    FOLDERS,
    Request,
    Sums,
    add,
    check,
    read,
    reported_by_model,
    requests_of,
    truth,
)

pytestmark = pytest.mark.django_db

ORDERS = {
    "in order": lambda requests: requests,
    "backwards": lambda requests: requests[::-1],
    "shuffled": lambda requests: random.Random(3).sample(requests, len(requests)),
    "each twice": lambda requests: [request for request in requests for _ in range(2)],
    "all again, shuffled": lambda requests: requests + random.Random(5).sample(requests, len(requests)),
}


def replay(requests: list[Request]) -> None:
    project = make_project()
    for request in requests:
        reading = read(request)
        links = [SpanLink(project.pk, *link) for link in reading.links]
        take_in(Delivery(reading.items, source_kind="otlp", client="opentelemetry", links=links), project)


def counted() -> Sums:
    """What counts, by provider and model."""
    sums: Sums = {}
    rows = TokenUsage.objects.booked().exclude(input_tokens=None, output_tokens=None)
    for row in rows.values("provider", "model", *COLUMNS):
        model = sums.setdefault((row["provider"], row["model"]), dict.fromkeys(("calls", *COLUMNS), 0))
        add(model, {column: row[column] for column in COLUMNS})
    return sums


def total(sums: Sums) -> dict[str, int]:
    return {column: sum(model[column] for model in sums.values()) for column in ("calls", *COLUMNS)}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", FOLDERS)
def test_each_call_counts_once(samples, name, order) -> None:
    folder = samples / name
    replay(ORDERS[order](requests_of(folder)))

    known = check(folder)
    after = (known.get("logs") or known["spans"])["after_dedup_rules"]
    sums = counted()
    assert total(sums) == after
    billed = truth(folder)["billed"]
    assert all(total(sums)[column] <= billed[column] for column in ("calls", *COLUMNS))
    assert check_rollups().drifts == ()

    # Where the capture tells less or more than the provider told, only the rest can agree by model.
    differing = (known.get("logs") or known["spans"])["difference"]
    agreeing = [column for column in ("calls", *COLUMNS) if column not in differing]
    if "calls" in agreeing:
        assert {model: {c: figures[c] for c in agreeing} for model, figures in sums.items()} == {
            model: {c: figures[c] for c in agreeing} for model, figures in reported_by_model(folder).items()
        }
