"""The policy script-src 'self'; style-src 'self' blocks inline code: no template has any."""

import re
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, source_files

INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:"
    # A script without an address, unless it is data (a JSON block is never run).
    r"|<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")",
    re.IGNORECASE,
)
SOURCES = [path for path in source_files(".html", ".py", ".svg") if path.parts[0] != "tests"]


def test_no_inline_code() -> None:
    assert Path("templates/base.html") in SOURCES
    found = []
    for path in SOURCES:
        text = re.sub(r"{#.*?#}", "", (ROOT / path).read_text())
        found += [f"{path}: {match}" for match in INLINE.findall(text)]
    assert found == []


@pytest.mark.parametrize(
    "html",
    [
        "<style>p {}</style>",
        '<p style="color: red">',
        '<button onclick="go()">',
        '<a href="javascript:go()">',
        "<script>go()</script>",
        '<script type="module">go()</script>',
    ],
)
def test_the_pattern_finds(html: str) -> None:
    assert INLINE.search(html)


@pytest.mark.parametrize(
    "html", ['<script src="a.js" defer></script>', '<script type="application/json" id="x">{}</script>']
)
def test_the_pattern_passes(html: str) -> None:
    assert not INLINE.search(html)
