"""What can be set, run or stored has a heading in docs/, and docs/ promises nothing that is not there."""

import re

from django.core.management import get_commands

from tests.architecture.house import APPS, ROOT, house_models

_READ = re.compile(r"""env\.\w+\(\s*["'](\w+)["']|environ\.get\(\s*["'](\w+)["']""")


def _headings(page: str) -> set[str]:
    """The words in backticks with which headings of a page begin."""
    return set(re.findall(r"^#{2,4} `([\w.-]+)", (ROOT / "docs" / page).read_text(), re.MULTILINE))


def test_every_setting_is_documented() -> None:
    sources = (ROOT / "config" / "settings.py").read_text() + (ROOT / "config" / "gunicorn.py").read_text()
    read = {name for match in _READ.findall(sources) for name in match if name}
    assert _headings("configuration.md") == read


def test_every_command_is_documented() -> None:
    ours = {name for name, app in get_commands().items() if app in APPS}
    assert _headings("commands.md") == ours


def test_every_model_is_documented() -> None:
    assert _headings("data-model.md") == {model._meta.label for model in house_models()}


def test_every_page_is_listed() -> None:
    index = (ROOT / "docs" / "index.md").read_text()
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert set(re.findall(r"\]\(([\w-]+\.md)\)", index)) == pages


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []
