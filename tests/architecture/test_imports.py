"""Imports run one way. The contracts stand in pyproject.toml."""

import tomllib

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.architecture.house import APPS, ROOT


def _configuration() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def test_the_contracts_are_kept(capsys) -> None:  # type: ignore[no-untyped-def]
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_every_app_is_under_contract() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert set(_configuration()["root_packages"]) == packages == set(APPS)  # type: ignore[call-overload]


def test_every_format_is_under_contract() -> None:
    """A new format is a new package beside the others: it has to be named among those that stay apart."""
    formats = {
        f"integrations.sources.{path.parent.name}"
        for path in (ROOT / "integrations" / "sources").glob("*/__init__.py")
    }
    contracts: list[dict[str, object]] = _configuration()["contracts"]  # type: ignore[assignment]
    apart = next(contract for contract in contracts if contract["name"] == "Formats do not know one another")
    assert set(apart["modules"]) == formats  # type: ignore[call-overload]
