"""The statements that the ledger and the reports send would run on a Citus cluster as they are."""

import json
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture.sql_lint import objections

GROWING = {"core_usageevent", "core_dailyusage", "cpkapp_eventc"}


def test_it_agrees_with_a_real_cluster() -> None:
    """112 statements with the verdicts that Citus gave: "ok", or why it failed."""
    path = Path(settings.BASE_DIR).parent / "shared" / "scale" / "sql-verdicts.json"
    if not path.exists():
        pytest.skip("the cluster's verdicts are not beside this checkout (../shared/scale)")
    verdicts: dict[str, list[str]] = json.loads(path.read_text())
    # A statement that failed once, for its data, and ran otherwise is sound.
    ran = {sql: "ok" in answers for sql, answers in verdicts.items()}
    linted = {sql: not objections(sql, GROWING) for sql in verdicts}
    assert len(ran) == 112
    assert linted == ran


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            'SELECT * FROM "calls" JOIN "talks" ON ("calls"."talk_id" = "talks"."id")',
            ["joins calls, talks without the project"],
        ),
        (
            'SELECT * FROM "calls" JOIN "talks" ON ("calls"."talk_id" = "talks"."id" '
            'AND "calls"."project_id" = "talks"."project_id")',
            [],
        ),
        (
            'SELECT (SELECT SUM(U0."cost") FROM "calls" U0 WHERE U0."talk_id" = ("talks"."id")) FROM "talks"',
            ["looks at its outer query, but not through the project"],
        ),
        (
            'SELECT (SELECT SUM(U0."cost") FROM "calls" U0 WHERE (U0."talk_id" = ("talks"."id") '
            'AND U0."project_id" = ("talks"."project_id"))) FROM "talks"',
            [],
        ),
        (
            'SELECT 1 FROM "projects" WHERE EXISTS(SELECT 1 FROM "calls" U0 '
            'WHERE U0."project_id" = ("projects"."id"))',
            ["looks at its outer query, but not through the project"],
        ),
        (
            'SELECT 1 FROM "calls" WHERE "id" IN '
            '(SELECT "talk_id" FROM "talks" UNION SELECT "id" FROM "talks")',
            [],
        ),
        (
            'UPDATE "calls" SET "cost" = 1, "project_id" = %s WHERE "id" = %s',
            ["moves rows to another project"],
        ),
        ('SELECT 1 FROM "calls" WHERE "id" = %s FOR SHARE', ["locks rows of all projects"]),
        ('SELECT 1 FROM "calls" WHERE ("id" = %s AND "calls"."project_id" = %s) FOR UPDATE', []),
        (
            "SELECT a, COUNT(*) FROM calls GROUP BY ROLLUP (a)",
            ["groups all projects' rows in several ways at once"],
        ),
        (
            "INSERT INTO calls (id) VALUES (%s) ON CONFLICT (id) DO UPDATE SET at = now()",
            ["calls now in an upsert"],
        ),
        ("SELECT 1 FROM people JOIN projects ON people.id = projects.owner_id FOR UPDATE", []),
    ],
)
def test_what_it_objects_to(sql: str, expected: list[str]) -> None:
    assert objections(sql, {"calls", "talks"}) == expected
