"""What the types of DuckDB become in Python."""

from collections.abc import Callable
from typing import Any

from integrations.databases.moments import as_date, as_datetime

Converter = Callable[[Any], Any]

_AS_DUCKDB_DOES = {
    *("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
    *("FLOAT", "DOUBLE", "DECIMAL", "VARCHAR", "JSON", "BLOB"),
}


def expression(column: str, type_name: str) -> str:
    """How a quoted column is selected: as it is, or as a text that `converter` takes further.

    Times are read as texts because DuckDB's own conversion turns infinity into a day of the year 9999, and
    asks for the pytz package where a zone is known.
    """
    element, dimensions = _element(type_name)
    if _base(element) in _AS_DUCKDB_DOES:
        return column
    if not dimensions and element.startswith(("STRUCT", "MAP", "UNION")):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR{dimensions})"


def converter(type_name: str) -> Converter | None:
    """What turns a selected value, which is not None, into the promised one; None if it is that already."""
    element, dimensions = _element(type_name)
    base = _base(element)
    convert: Converter | None = None
    if base.startswith("TIMESTAMP"):
        convert = as_datetime
    elif base == "DATE":
        convert = as_date
    return _listed(convert) if dimensions else convert


def _element(type_name: str) -> tuple[str, str]:
    """`UUID[3][]` -> `UUID` and `[3][]`; without dimensions if it is no list."""
    element = type_name
    while element.endswith("]"):
        element = element[: element.rindex("[")]
    return element, type_name[len(element) :]


def _base(element: str) -> str:
    return element.partition("(")[0]


def _listed(convert: Converter | None) -> Converter:
    """For the elements of lists, in lists too: DuckDB hands out fixed-size arrays as tuples."""

    def convert_list(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [convert_list(element) for element in value]
        return value if value is None or convert is None else convert(value)

    return convert_list
