"""Parameters of a tool call on a page: indented, coloured, folded when long."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from chat.approvals.secrets import readable_text

_LINES = 12
_CHARACTERS = 1_200
_MOST_CHARACTERS = 20_000
_NAMED = re.compile(r'(\s*)("(?:[^"\\]|\\.)*")(: .*)')


@dataclass(frozen=True, slots=True)
class Shown:
    """`start` is what a card has room for; `whole` is empty when that is all. Both are safe HTML."""

    start: SafeString
    whole: SafeString
    lines: int
    is_cut: bool


def shown(parameters: Any) -> Shown | None:
    """None when there are none. Of more than 20,000 characters the rest is left to the admin's page."""
    if parameters in (None, {}, [], ""):
        return None
    text = readable_text(parameters)
    kept = text[:_MOST_CHARACTERS]
    start = "\n".join(kept.split("\n")[:_LINES])[:_CHARACTERS]
    return Shown(
        start=_coloured(start),
        whole=SafeString("") if start == text else _coloured(kept),
        lines=text.count("\n") + 1,
        is_cut=kept != text,
    )


def _coloured(text: str) -> SafeString:
    """Escaped, the names of fields in a colour of their own."""
    return format_html_join("\n", "{}", ((_line(line),) for line in text.split("\n")))


def _line(line: str) -> SafeString:
    named = _NAMED.fullmatch(line)
    if named is None:
        return format_html("{}", line)
    return format_html('{}<span class="k">{}</span>{}', *named.groups())
