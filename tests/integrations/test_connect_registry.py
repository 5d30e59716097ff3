"""Every name under which the doors note what they heard has its entry on the page, and no other has."""

import ast
import inspect
import pkgutil
from importlib import import_module
from types import ModuleType

from integrations import doors
from integrations.connect.client import Door
from integrations.connect.registry import CLIENTS
from integrations.models import Source
from integrations.otlp import vocabularies
from integrations.otlp.vocabularies.vocabulary import LogVocabulary, Vocabulary
from integrations.services.import_kinds import IMPORT_KINDS


def modules_of(package: ModuleType) -> list[ModuleType]:
    return [
        import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]


def spoken() -> set[str]:
    """Of the vocabularies."""
    values = [value for module in modules_of(vocabularies) for value in vars(module).values()]
    said = [value.vocabulary if isinstance(value, LogVocabulary) else value for value in values]
    return {value.client for value in said if isinstance(value, Vocabulary)}


def delivered() -> set[str]:
    """The third argument of each Delivery that a door makes: a text, or the module's name for one."""
    found = set()
    for module in modules_of(doors):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Delivery":
                named = {keyword.arg: keyword.value for keyword in node.keywords}
                client = named["client"] if "client" in named else node.args[2]
                found.add(
                    str(client.value)
                    if isinstance(client, ast.Constant)
                    else getattr(module, ast.unparse(client))
                )
    return found


def test_every_client_that_can_be_heard_has_an_entry() -> None:
    assert {"litellm", "api", "opentelemetry"} <= delivered()
    assert {"claude-code", "vercel-ai"} <= spoken()
    assert spoken() | delivered() == set(CLIENTS)


def test_doors_and_files_are_known() -> None:
    assert set(Door) <= set(Source.Kind)
    assert {client.import_kind for client in CLIENTS.values() if client.import_kind} <= set(IMPORT_KINDS)
