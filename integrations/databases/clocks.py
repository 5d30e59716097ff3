"""Columns whose values tell time in several ways, as microseconds that each engine can order by.

A number above 1e11 is milliseconds, another one seconds; digits in a text are a number. A text is
`YYYY-MM-DD[ HH:MM:SS[.fff][Z|±hh:mm]]`, in UTC unless it says otherwise. Whatever else is null. None of the
expressions raises an error, whatever the value.
"""

_FIRST_MILLISECOND = 100_000_000_000


def _number(value: str) -> str:
    return f"CASE WHEN {value} > {_FIRST_MILLISECOND} THEN {value} * 1000 ELSE {value} * 1000000 END"


def sqlite_instant(column: str) -> str:
    """`column` is quoted. Types are each value's own, whatever the column was declared as.

    SQLite's own clock counts milliseconds and rounds them by its version: whole seconds and their fraction
    are read apart (https://www.sqlite.org/lang_datefunc.html).
    """
    zone = (
        f"CASE WHEN length({column}) < 20 THEN '' WHEN substr({column}, -1) = 'Z' THEN 'Z' "
        f"WHEN substr({column}, -6, 1) IN ('+', '-') THEN substr({column}, -6) ELSE '' END"
    )
    seconds = f"CAST(strftime('%s', substr({column}, 1, 19) || {zone}) AS INTEGER)"
    # CAST reads as many characters as make a number: ".25" of ".25+02:00".
    fraction = f"CASE substr({column}, 20, 1) WHEN '.' THEN CAST(substr({column}, 20) AS REAL) ELSE 0 END"
    return (
        f"CASE WHEN typeof({column}) IN ('integer', 'real') THEN {_number(column)} "
        f"WHEN typeof({column}) <> 'text' OR {column} = '' THEN NULL "
        f"WHEN {column} NOT GLOB '*[^0-9]*' THEN {_number(f'CAST({column} AS REAL)')} "
        # Without this, SQLite would take "now" for the present.
        f"WHEN {column} GLOB '[0-9][0-9][0-9][0-9]-*' "
        f"THEN {seconds} * 1000000 + CAST(round({fraction} * 1000000) AS INTEGER) END"
    )


_MOMENT = (
    "^((?!0000)[0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "(?:[ T]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9](?:[.][0-9]+)?)"
    "(?:Z|([+-])([0-9]{2}):?([0-9]{2})?)?)?$"
)


def postgresql_instant(column: str, category: str) -> str:
    """`column` is quoted, `category` is pg_type.typcategory; what is no number and no text orders as it is.

    A cast to a timestamp would end the transaction at the first 31 February, so days are counted from the
    first of the month.
    """
    if category == "N":
        return _number(f"{column}::numeric")
    if category != "S":
        return column
    moment = (
        "SELECT 1000000 * (EXTRACT(EPOCH FROM make_date(m[1]::int, m[2]::int, 1))::numeric "
        "+ (m[3]::int - 1) * 86400 + coalesce(m[4], '0')::int * 3600 + coalesce(m[5], '0')::int * 60 "
        "+ coalesce(m[6], '0')::numeric "
        "- coalesce((m[7] || '1')::int * (m[8]::int * 3600 + coalesce(m[9], '0')::int * 60), 0)) "
        f"FROM regexp_match({column}::text, '{_MOMENT}') AS m"
    )
    digits = f"{column}::text ~ '^[0-9]+$'"
    return f"CASE WHEN {digits} THEN {_number(f'{column}::text::numeric')} ELSE ({moment}) END"


def duckdb_instant(column: str, type_name: str) -> str:
    """`column` is quoted. What is no number and no text orders as it is; the zone must be UTC."""
    if type_name == "VARCHAR":
        moment = f"epoch_us(TRY_CAST({column} AS TIMESTAMPTZ))"
        digits = f"regexp_full_match({column}, '[0-9]+')"
        return f"CASE WHEN {digits} THEN {_number(f'TRY_CAST({column} AS DOUBLE)')} ELSE {moment} END"
    if "INT" in type_name or type_name.startswith(("DECIMAL", "FLOAT", "DOUBLE")):
        return _number(f"CAST({column} AS DOUBLE)")
    return column
