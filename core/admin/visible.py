from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest


def visible_rows(model: Any, request: HttpRequest) -> QuerySet[Any]:
    """Rows of `model` that the reader may see; of tables of words, those that they may read.

    A model whose manager lacks `visible_to` is an error.
    """
    rows: QuerySet[Any] = model._default_manager.visible_to(request.user)
    readable_by = getattr(rows, "readable_by", None)
    return rows if readable_by is None else readable_by(request.user)


def holds_words(model: Any) -> bool:
    """Whether rows of `model` say what people wrote, which not everybody may read who may count them."""
    return hasattr(model._default_manager.all(), "readable_by")
