"""Which conversations carry a tag: given here, on them or on a message, or by their source."""

from typing import Any

from django.db.models import BooleanField, Exists, Func, OuterRef, Q, QuerySet

from accounts.models import User
from chat.models import Conversation, Tag, Tagging

SEARCHED = 10_000
"""Tags of sources are looked through in the newest conversations only: no index finds a word in a list."""


class _Holds(Func):
    """Whether the JSON list in `column` holds the text, whatever its case; False for what is no list."""

    output_field = BooleanField()

    def __init__(self, column: str, name: str) -> None:
        super().__init__(column)
        self.name = name

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, parameters = compiler.compile(self.source_expressions[0])
        sql = (
            f"EXISTS (SELECT 1 FROM json_each(CASE WHEN json_type({column}) = 'array' THEN {column} END) tag"
            " WHERE lower(tag.value) = lower(%s))"
        )
        return sql, [*parameters, *parameters, self.name]

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        column, parameters = compiler.compile(self.source_expressions[0])
        sql = (
            f"EXISTS (SELECT 1 FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof({column}) = 'array'"
            f" THEN {column} END) tag WHERE lower(tag) = lower(%s))"
        )
        return sql, [*parameters, *parameters, self.name]


def with_tag(rows: "QuerySet[Any]", name: str, user: User) -> "QuerySet[Any]":
    """Of `rows`, those that `user` may read: tags are words."""
    readable = Conversation.objects.readable_by(user)
    tags = Tag.objects.visible_to(user).filter(_named(name))
    given = Tagging.objects.filter(
        project_id=OuterRef("project_id"), conversation_id=OuterRef("pk"), tag__in=tags.values("pk")
    )
    newest = readable.order_by("-last_activity_at", "-id")[:SEARCHED]
    by_source = Conversation.objects.filter(_Holds("tags", name), pk__in=newest.values("pk"))
    return rows.filter(Exists(given) | Q(pk__in=by_source.values("pk")), pk__in=readable.values("pk"))


def _named(name: str) -> Q:
    # SQLite knows the case of ASCII letters alone.
    return Q(name__iexact=name) | Q(name__in=[name.lower(), name.upper(), name.capitalize()])
