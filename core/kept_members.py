"""Of a JSON object, some members: what a row needs to stay in its place when its words go."""

from typing import Any

from django.db.models import F, Func, JSONField


class KeptMembers(Func):
    """The members `names` of the JSON column `column`; {} where it has none of them, or is no object."""

    output_field = JSONField()

    def __init__(self, column: str, *names: str) -> None:
        if not all(name.isidentifier() for name in names):
            raise ValueError(f"{names}: members are named in plain words.")
        super().__init__(F(column))
        self.names = names

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        members = ", ".join(f"'{name}', {column} -> '{name}'" for name in self.names)
        return f"jsonb_strip_nulls(jsonb_build_object({members}))", params * len(self.names)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        members = ", ".join(f"'{name}', json({column} -> '$.{name}')" for name in self.names)
        # A merge patch leaves out members that are null.
        return f"json_patch('{{}}', json_object({members}))", params * len(self.names)
