"""Helpers for tests of the doors through which usage enters."""

from collections.abc import Callable
from pathlib import Path

import pytest

from integrations.formats import FORMATS
from integrations.sources.files import find_files
from integrations.sources.parsed import Parsed

Reader = Callable[..., list[Parsed]]


@pytest.fixture
def read() -> Reader:
    """`read(kind, *paths)`: all that a format's module makes of files and folders."""

    def read_all(kind: str, *paths: Path) -> list[Parsed]:
        source = FORMATS[kind]
        return list(source.read(find_files(paths, source.suffixes), lambda size: None))

    return read_all
