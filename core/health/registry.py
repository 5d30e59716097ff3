"""What apps add to the check of the database: their own checks, and the triggers that hold their rules."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.health.findings import Finding
from core.transition_triggers import install_transition_triggers, stateful_models

Check = Callable[[], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class AppCheck:
    """A check of an app, and how what it found is mended without touching a row that is right."""

    name: str
    find: Check
    mend: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """Triggers that an app lays after every migrate: their names on an engine, and what lays them."""

    names: Callable[[str], set[str]]
    install: Callable[[str], object]


def _transition_names(vendor: str) -> set[str]:
    return {f"{model._meta.db_table}_steps" for model in stateful_models()}


APP_CHECKS: list[AppCheck] = []
GUARDS: list[Guard] = [Guard(_transition_names, install_transition_triggers)]
