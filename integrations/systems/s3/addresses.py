"""Addresses of repositories and servers, which may carry a password or token before the host."""

import re

from integrations.systems.row import Row

_CREDENTIALS = re.compile(r"(?<=://)(?!git@)[^/?#\s@]+(?:@[^/?#\s@]*)*@")
_GITHUB = re.compile(
    r"(?:https?://|git://|ssh://(?:git@)?|git@)?(?:www\.)?github\.com[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?"
)


def address(row: Row, column: str) -> str:
    """The URL in `column` without the name, password or token that it signs in with."""
    url = row.text(column).strip()
    clean = _CREDENTIALS.sub("", url)
    if clean != url:
        row.flag("credentials_removed")
    return clean


def github_name(url: str) -> str:
    """ "owner/repository" of a GitHub address; "" for another one."""
    found = _GITHUB.fullmatch(url)
    return "" if found is None else found[1]
