"""What people and models write runs in no spreadsheet: every file of rows, with a formula in every text."""

import ast
import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from tests import planting
from tests.architecture.addresses import addresses, registered_views
from tests.architecture.house import APPS, ROOT
from tests.cast import Cast
from tests.planting import Planted, marked

ATTACK = "=zq+1"
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n")
_WRITERS = {"core/csv_lines.py", "billing/reports/render/xlsx.py"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def attacked(db: None, monkeypatch: pytest.MonkeyPatch) -> Planted:
    def attacking(model: type[Model], mark: str) -> dict[str, Any]:
        values = marked(model, ATTACK)
        return values | {"email": f"{mark}@example.com"} if model is User else values

    monkeypatch.setattr(planting, "marked", attacking)
    return planting.plant("zqattack")


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def formulas(answer: Any) -> tuple[list[str], bool]:
    """Cells of a file that a spreadsheet would run, but for figures; and whether any holds the attack."""
    content = b"".join(answer) if answer.streaming else answer.content
    if answer.headers["Content-Type"].startswith("text/csv"):
        cells = [cell for row in csv.reader(StringIO(content.decode(), newline="")) for cell in row]
        run = [cell for cell in cells if cell.startswith(_RUN) and not is_number(cell)]
        return run, any(ATTACK in cell for cell in cells)
    book = load_workbook(BytesIO(content))
    held = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    run = [str(cell.value) for cell in held if cell.data_type == "f" or cell.hyperlink]
    return run, any(ATTACK in str(cell.value) for cell in held)


def is_file_of_rows(answer: Any) -> bool:
    kind = answer.headers.get("Content-Type", "")
    return answer.status_code == 200 and kind.startswith(("text/csv", XLSX))


@pytest.mark.django_db
def test_no_download_runs_a_formula(cast: Cast, attacked: Planted) -> None:
    asked = [
        address
        for view in registered_views()
        for address in addresses(view, attacked)
        if "csv" in address or "xlsx" in address
    ]
    found, attacked_kinds = {}, set()
    for address in asked:
        answer = cast.owner.client.get(address)
        if not is_file_of_rows(answer):
            continue
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        cells, is_attacked = formulas(answer)
        if cells:
            found[address] = cells
        if is_attacked:
            attacked_kinds.add(answer.headers["Content-Type"].partition(";")[0])
    assert (found, attacked_kinds) == ({}, {"text/csv", XLSX})


@pytest.mark.django_db
def test_no_list_exports_a_formula(cast: Cast, attacked: Planted) -> None:
    found, lists = {}, 0
    for model in admin.site._registry:
        if model not in attacked:
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        sent = {"action": "export_csv", "_selected_action": [str(attacked[model].pk)]}
        answer = cast.owner.client.post(reverse(name), sent)
        if is_file_of_rows(answer):
            cells, is_attacked = formulas(answer)
            lists += is_attacked
            if cells:
                found[model._meta.label] = cells
    assert (found, lists > 20) == ({}, True)


def test_files_of_rows_have_two_writers() -> None:
    """Others would have to think of formulas again."""
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                is_writing = isinstance(node, ast.Attribute) and node.attr in {"writer", "DictWriter"}
                is_library = isinstance(node, ast.Import) and node.names[0].name in {"xlsxwriter", "openpyxl"}
                if is_library or (is_writing and isinstance(node.value, ast.Name) and node.value.id == "csv"):
                    found.add(path.relative_to(ROOT).as_posix())
    assert found == _WRITERS
