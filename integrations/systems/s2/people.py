"""People of the assistant platform, who have no table: words such as "telegram:<id>" and "api:<user>"."""

from accounts.models import Person
from integrations.systems.declarations import Draft, Found, Links
from integrations.systems.row import Row

_AGENTS = frozenset({"orchestrator", "todo", "github", "email", "calendar", "motion", "obsidian"})


def person(row: Row, links: Links, word: str) -> Found | None:
    """Whom `word` names; None for an agent, and for any other word, which is flagged."""
    kind, _, name = word.strip().partition(":")
    if kind == "telegram" and name:
        return telegram_person(links, name)
    if kind == "api" and name:
        is_address = "@" in name
        return _shared(
            links,
            f"api:{name}",
            {
                "name": "" if is_address else name,
                "email": name if is_address else "",
                "email_normalized": name.strip().lower() if is_address else "",
            },
        )
    if kind and word.strip().lower() not in _AGENTS:
        row.flag("unknown_words")
    return None


def telegram_person(links: Links, user: str) -> Found:
    return _shared(links, f"telegram:{user}", {"name": f"Telegram user {user}"})


def _shared(links: Links, key: str, fields: dict[str, object]) -> Found:
    def make() -> Draft:
        return Draft(Person, {**fields, "external_ids": {links.source_name: key}})

    return links.shared("person", key, make)
