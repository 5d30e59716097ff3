from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest


def visible_rows(model: Any, request: HttpRequest) -> QuerySet[Any]:
    """Rows of `model` that the reader may see. A model whose manager lacks `visible_to` is an error."""
    rows: QuerySet[Any] = model._default_manager.visible_to(request.user)
    return rows
