"""What is said of a client: what to paste where, so that it sends its usage here."""

from dataclasses import dataclass
from enum import StrEnum

ADDRESS = "@ADDRESS@"
KEY = "@KEY@"
PLACEHOLDER = "YOUR_KEY"
"""Stands for the key wherever it is not known, which is always but once."""


class Family(StrEnum):
    AGENTS = "Coding agents"
    GATEWAYS = "Gateways"
    LIBRARIES = "Libraries in your programs"
    OWN = "Your own code"


class Door(StrEnum):
    """By which a client enters: the kind of the source that its records get."""

    OTLP = "otlp"
    LITELLM = "litellm"
    API = "api"


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines to paste into `place`, a shell or a file; ADDRESS and KEY stand for ours."""

    place: str
    text: str

    def filled(self, address: str, key: str) -> str:
        return self.text.replace(ADDRESS, address).replace(KEY, key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """`slug` is what the doors write to IngestActivity. `import_kind`: its files, imported in place of it."""

    slug: str
    name: str
    about: str
    family: Family
    door: Door
    blocks: tuple[Lines, ...]
    notes: tuple[str, ...] = ()
    docs_url: str
    import_kind: str = ""
