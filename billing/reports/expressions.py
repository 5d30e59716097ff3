"""SQL that the ORM does not speak, for both engines."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, BooleanField, F, Func, IntegerField

from billing.measures import MEASURE_SQL

Compiled = tuple[str, list[Any]]


class LedgerSum(Func):
    """A measure's sum over rows of the ledger (billing/measures.py). It must be the query's only table."""

    contains_aggregate = True

    def __init__(self, measure: str) -> None:
        super().__init__(output_field=BigIntegerField())
        self.measure = measure

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Compiled:  # type: ignore[override]
        return MEASURE_SQL[self.measure], []


class BucketNumber(Func):
    """How many of the ascending `cuts` are at or before `column` (days or moments): the number of its bucket.

    Found by halving: a year of days costs nine comparisons a row, where functions that compute a local day
    cost far more on SQLite.
    """

    def __init__(self, column: str, cuts: Sequence[date] | Sequence[datetime]) -> None:
        super().__init__(F(column), output_field=IntegerField())
        self.cuts = list(cuts)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Compiled:  # type: ignore[override]
        [column] = self.get_source_expressions()
        column_sql, _ = compiler.compile(column)
        parameters: list[Any] = []

        def tree(low: int, high: int) -> str:
            if low == high:
                return str(low)
            middle = (low + high + 1) // 2
            parameters.append(column.output_field.get_db_prep_value(self.cuts[middle - 1], connection, False))
            return f"CASE WHEN {column_sql} < %s THEN {tree(low, middle - 1)} ELSE {tree(middle, high)} END"

        return tree(0, len(self.cuts)), parameters

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Compiled:
        if not self.cuts:
            return "0", []
        [column] = self.get_source_expressions()
        column_sql, _ = compiler.compile(column)
        return f"width_bucket({column_sql}, %s::{column.output_field.db_type(connection)}[])", [self.cuts]


class HasAnyTag(Func):
    """Whether the JSON list `column` holds one of `tags`."""

    conditional = True

    def __init__(self, column: str, tags: Sequence[str]) -> None:
        super().__init__(F(column), output_field=BooleanField())
        self.tags = list(tags)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Compiled:  # type: ignore[override]
        column_sql, parameters = compiler.compile(self.get_source_expressions()[0])
        marks = ", ".join(["%s"] * len(self.tags))
        return (
            f"EXISTS (SELECT 1 FROM json_each({column_sql}) AS tag WHERE tag.value IN ({marks}))",
            [*parameters, *self.tags],
        )

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Compiled:
        column_sql, parameters = compiler.compile(self.get_source_expressions()[0])
        return f"{column_sql} ?| %s", [*parameters, self.tags]
