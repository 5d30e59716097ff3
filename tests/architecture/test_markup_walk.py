"""What people and models write is never markup: a walk over every address, with an attack in every text.

Every text column of every table holds the attack; no HTML answer may hold it unescaped, and no script,
style or handler may stand in a page at all.
"""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.db.models import Model
from django.http import HttpResponse

from accounts.models import User
from tests import planting
from tests.architecture.addresses import View, addresses, registered_views
from tests.cast import Cast
from tests.planting import Planted, marked

pytestmark = pytest.mark.django_db

ATTACK = "zq'\"><b zq=1>{{7*7}}"
VIEWS = [pytest.param(view, id=view.name) for view in registered_views()]


@pytest.fixture
def attacked(db: None, monkeypatch: pytest.MonkeyPatch) -> Planted:
    """A row of every table with the attack in each of its texts, but for addresses of accounts."""

    def attacking(model: type[Model], mark: str) -> dict[str, Any]:
        values = marked(model, ATTACK)
        return values | {"email": f"{mark}@example.com"} if model is User else values

    monkeypatch.setattr(planting, "marked", attacking)
    return planting.plant("zqattack")


class Elements(HTMLParser):
    """Collects what an attack would add to a page: its element, and code inside the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name: value or "" for name, value in attrs}
        if "zq" in names:
            self.found.append(f"<{tag} zq>")
        if tag == "script" and "src" not in names and not names.get("type", "").endswith("json"):
            self.found.append("<script> without src")
        if tag == "style" or "style" in names:
            self.found.append(f"style in <{tag}>")
        self.found += [f"{name} in <{tag}>" for name in names if name.startswith("on")]
        for name in ("href", "src", "action", "formaction"):
            if names.get(name, "").strip().lower().startswith(("javascript:", "data:text", "vbscript:")):
                self.found.append(f"{name}={names[name]}")


def dangers(response: HttpResponse) -> list[str]:
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return []
    parser = Elements()
    parser.feed(response.content.decode())
    return parser.found


@pytest.mark.parametrize("view", VIEWS)
def test_words_stay_words(view: View, cast: Cast, attacked: Planted) -> None:
    found = {
        address: told
        for address in addresses(view, attacked)
        if (told := dangers(cast.owner.client.get(address)))
    }
    assert found == {}
