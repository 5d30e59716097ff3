"""The demo's imports: most went well, one left records out."""

from datetime import datetime, timedelta

from integrations.demo.traffic import SOURCE
from integrations.models import ImportRun, RejectedRecord, Source
from projects.models import Project

_RUNS = (
    # label, hours ago, created, unchanged, duplicates
    ("litellm-spendlogs-week.ndjson", 4, 4_212, 0, 18),
    ("usage-october.csv", 30, 11_905, 0, 0),
    ("claude-code transcripts", 52, 1_377, 8_420, 611),
)
_REJECTED = (
    (
        "litellm-spendlogs-week.ndjson:1882",
        "prompt_tokens: -40 is negative",
        '{"request_id": "chatcmpl-8f1", "prompt_tokens": -40}',
    ),
    (
        "litellm-spendlogs-week.ndjson:2907",
        "not JSON: the line ends within a string",
        '{"request_id": "chatcmpl-90c", "model": "gpt-5-m',
    ),
    (
        "litellm-spendlogs-week.ndjson:3310",
        "endTime: 1970-01-21 is not between 2015 and 2100",
        '{"request_id": "chatcmpl-a77"}',
    ),
)


def make_imports(projects: dict[str, Project], *, until: datetime) -> None:
    """Make the demo's import runs, once."""
    source = Source.objects.get(name=SOURCE)
    if source.import_runs.exists():
        return
    project = projects["Helpdesk assistant"]
    for label, hours, created, unchanged, duplicates in _RUNS:
        refused = [entry for entry in _REJECTED if entry[0].startswith(label)]
        finished_at = until - timedelta(hours=hours)
        run = ImportRun.objects.create(
            source=source,
            label=label,
            status=ImportRun.Status.COMPLETED,
            read=created + unchanged + duplicates + len(refused),
            created=created,
            unchanged=unchanged,
            duplicates=duplicates,
            rejected=len(refused),
            finished_at=finished_at,
        )
        ImportRun.objects.filter(pk=run.pk).update(created_at=finished_at - timedelta(seconds=40))
        RejectedRecord.objects.bulk_create(
            RejectedRecord(project=project, run=run, record=record, reason=reason, raw=raw)
            for record, reason, raw in refused
        )
