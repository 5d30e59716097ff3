from pathlib import Path
from typing import Any

import pytest

from core.expiring_cache import ExpiringFileCache

MANY = 700
"""More than twice as many as Django's own keeps."""


@pytest.fixture
def kept(tmp_path: Path) -> ExpiringFileCache:
    return ExpiringFileCache(str(tmp_path), {})


def test_it_forgets_nothing_that_has_not_expired(kept: ExpiringFileCache) -> None:
    for number in range(MANY):
        kept.set(f"failures-{number}", number, 300)
    assert [kept.get(f"failures-{number}") for number in range(MANY)] == list(range(MANY))


def test_it_forgets_what_has(kept: ExpiringFileCache, tmp_path: Path) -> None:
    kept.set("stays", 1, 300)
    for number in range(20):
        kept.set(f"goes-{number}", number, -1)
    assert kept.forget_expired() == 20
    assert (kept.get("stays"), len(list(tmp_path.iterdir()))) == (1, 1)


def test_it_looks_from_time_to_time(kept: ExpiringFileCache, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("core.expiring_cache.secrets.randbelow", lambda _: 0)
    for number in range(20):
        kept.set(f"goes-{number}", number, -1)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_house_keeps_its_limits_in_it() -> None:
    from config import settings

    assert settings.CACHES["default"]["BACKEND"] == "core.expiring_cache.ExpiringFileCache"
