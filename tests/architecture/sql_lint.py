"""What Citus would refuse, told from a statement's text: rule 3 of a schema that can be distributed.

Proved against the verdicts of a real cluster (test_sql_lint.py). Where the text does not tell, it objects.
"""

from collections.abc import Collection, Iterator, Set

from tests.architecture.sql_scopes import Scope, parse

_NOT_IMMUTABLE = {
    "now", "statement_timestamp", "clock_timestamp", "transaction_timestamp", "current_timestamp",
    "random", "gen_random_uuid", "nextval",
}  # fmt: skip
_SEVERAL_GROUPINGS = {("grouping", "sets"), ("cube", "("), ("rollup", "(")}


def objections(sql: str, growing: Set[str]) -> list[str]:
    """Why a cluster that cuts the `growing` tables by project_id would refuse `sql`; empty: it would not."""
    found = []
    for top in parse(sql):
        for scope in top.walk():
            if not growing.isdisjoint(scope.target().values()):
                found += _in_upsert(scope)
            found += _in_scope(
                scope, {alias: table for alias, table in scope.tables().items() if table in growing}
            )
            found += _correlations(scope, growing)
    return found


def _in_upsert(scope: Scope) -> Iterator[str]:
    words = scope.words
    if "do" in words and (called := _NOT_IMMUTABLE & set(words[words.index("do") :])):
        yield f"calls {', '.join(sorted(called))} in an upsert"


def _in_scope(scope: Scope, tables: dict[str, str]) -> Iterator[str]:
    if not tables:
        return
    pairs = set(zip(scope.words, scope.words[1:], strict=False))
    is_pinned = any(
        {left, right} & _project_columns(tables) and "%s" in (left, right)
        for left, right in scope.equalities()
    )
    if scope.words[0] == "update" and "project_id" in _assigned(scope.words):
        yield "moves rows to another project"
    if pairs & {("for", "update"), ("for", "share"), ("for", "no"), ("for", "key")} and not is_pinned:
        yield "locks rows of all projects"
    if pairs & _SEVERAL_GROUPINGS and not is_pinned:
        yield "groups all projects' rows in several ways at once"
    if not _are_joined_by_project(scope, tables):
        yield f"joins {', '.join(sorted(set(tables.values())))} without the project"


def _project_columns(aliases: Collection[str]) -> set[str]:
    return {f"{alias}.project_id" for alias in aliases} | {"project_id"}


def _assigned(words: list[str]) -> set[str]:
    """Columns that an UPDATE sets."""
    start = words.index("set") + 1
    end = words.index("where") if "where" in words else len(words)
    depth, found = 0, set()
    for position in range(start, end):
        depth += (words[position] == "(") - (words[position] == ")")
        begins = position == start or (depth == 0 and words[position - 1] == ",")
        if begins:
            found.add(words[position])
    return found


def _are_joined_by_project(scope: Scope, tables: dict[str, str]) -> bool:
    """Whether equalities, direct or through other tables' columns, say that all rows are of one project."""
    together = {f"{alias}.project_id": {f"{alias}.project_id"} for alias in tables}
    for left, right in scope.equalities():
        merged = together.get(left, {left}) | together.get(right, {right})
        for column in merged:
            together[column] = merged
    groups = [together[f"{alias}.project_id"] for alias in tables]
    return all(group is groups[0] or "%s" in group for group in groups)


def _correlations(scope: Scope, growing: Set[str]) -> Iterator[str]:
    """A subquery over a growing table sees its outer query only through the project of a growing table."""
    tables = scope.tables()
    inner = {alias for alias, table in tables.items() if table in growing}
    outer, outside = scope.outer, {}
    while outer is not None:
        outside.update(outer.tables())
        outer = outer.outer
    outside = {alias: table for alias, table in outside.items() if alias not in tables}
    if not inner or not any(alias in outside for alias, _ in scope.columns()):
        return
    outer_growing = {alias for alias, table in outside.items() if table in growing}
    for left, right in scope.equalities():
        sides = {left, right}
        if sides & {f"{alias}.project_id" for alias in inner} and sides & {
            f"{alias}.project_id" for alias in outer_growing
        }:
            return
    yield "looks at its outer query, but not through the project"
