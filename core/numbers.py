"""Figures as people read them: text only, shared by pages, the admin and terminals.

A true minus (U+2212) and a narrow no-break space (U+202F) before units, so that a figure never breaks.
"""

from decimal import ROUND_HALF_UP, Decimal

MINUS = "\u2212"
NARROW_SPACE = "\u202f"

Number = int | float | Decimal

_TOKEN_UNITS = ((10**12, "T", 2), (10**9, "B", 2), (10**6, "M", 1))


def _fixed(value: Decimal, decimals: int) -> str:
    """`value` without its sign, with thousands separators."""
    rounded = abs(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{rounded:,f}"


def money_text(dollars: Decimal, decimals: int = 2, *, signed: bool = False) -> str:
    """ "$9,559.28"; "−$177.00"; what would round to nothing reads "<$0.01". `signed` adds the plus."""
    smallest = Decimal(1).scaleb(-decimals)
    sign = MINUS if dollars < 0 else "+" if signed and dollars > 0 else ""
    if dollars and abs(dollars) * 2 < smallest:
        return f"{sign}<${smallest:f}"
    return f"{sign}${_fixed(dollars, decimals)}"


def exact_money_text(dollars: Decimal) -> str:
    """At least cents, and every decimal that the amount has: "$3.00", "$0.075"."""
    exponent = dollars.normalize().as_tuple().exponent
    return money_text(dollars, max(2, -exponent if isinstance(exponent, int) else 2))


def count_text(number: Number) -> str:
    """ "865,429"."""
    return (MINUS if number < 0 else "") + _fixed(Decimal(number), 0)


def tokens_text(tokens: int) -> str:
    """ "10.11 B", "531.8 M"; below a million every token: "18,420"."""
    for size, unit, decimals in _TOKEN_UNITS:
        if abs(tokens) >= size:
            sign = MINUS if tokens < 0 else ""
            return f"{sign}{_fixed(Decimal(tokens) / size, decimals)}{NARROW_SPACE}{unit}"
    return count_text(tokens)


def percent_text(fraction: Number, decimals: int = 1, *, signed: bool = False) -> str:
    """A fraction as percent: 0.0072 with two decimals reads "0.72 %"."""
    hundredfold = Decimal(str(fraction)) * 100
    digits = _fixed(hundredfold, decimals)
    is_nothing = not any(digit in "123456789" for digit in digits)
    sign = "" if is_nothing else MINUS if hundredfold < 0 else "+" if signed else ""
    return f"{sign}{digits}{NARROW_SPACE}%"


def duration_text(milliseconds: Number) -> str:
    """ "640 ms", "3.1 s", "18 min", "2 h 5 min", "3 d"."""
    if milliseconds < 1000:
        return f"{round(milliseconds)}{NARROW_SPACE}ms"
    seconds = Decimal(milliseconds) / 1000
    if seconds < 60:
        return f"{_fixed(seconds, 1)}{NARROW_SPACE}s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes}{NARROW_SPACE}min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        rest = f" {minutes}{NARROW_SPACE}min" if minutes else ""
        return f"{hours}{NARROW_SPACE}h{rest}"
    return f"{hours // 24}{NARROW_SPACE}d"
