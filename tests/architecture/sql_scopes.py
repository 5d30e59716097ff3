"""SQL, read just far enough to lint it: which tables each SELECT reads, and what it compares."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""'(?:[^']|'')*'|"[^"]+"|%s|[A-Za-z_][A-Za-z0-9_]*|[0-9.]+|::|[<>!=|]+|[().,;*+/\-\[\]]"""
)
_CLAUSE_ENDS = {
    "where",
    "group",
    "order",
    "limit",
    "having",
    "for",
    "set",
    "on",
    "returning",
    "window",
    "offset",
}
_JOIN_WORDS = {"inner", "left", "right", "full", "outer", "cross", "join", "lateral"}


def tokens(sql: str) -> list[str]:
    """Lower-case words without their quotes; strings keep theirs."""
    return [token.strip('"').lower() for token in _TOKEN.findall(sql)]


@dataclass
class Scope:
    """One SELECT, UPDATE, DELETE or INSERT: its own words, and the subqueries inside it.

    `words` has each subquery replaced by "(…)"; other parentheses stay.
    """

    words: list[str] = field(default_factory=list)
    inner: list["Scope"] = field(default_factory=list)
    outer: "Scope | None" = None

    def tables(self) -> dict[str, str]:
        """Alias → table, of what it reads itself or updates."""
        return self._named_by({"from", "join", "update"})

    def target(self) -> dict[str, str]:
        """Alias → table, of what it inserts into."""
        return self._named_by({"into"})

    def _named_by(self, keywords: set[str]) -> dict[str, str]:
        found = {}
        for position, word in enumerate(self.words):
            if word in keywords and not self._is_lock(position):
                found.update(self._names_after(position + 1))
        return found

    def _is_lock(self, position: int) -> bool:
        """FOR UPDATE and DO UPDATE name no table."""
        return self.words[position] == "update" and self.words[max(0, position - 1)] in {"for", "do", "key"}

    def _names_after(self, position: int) -> Iterator[tuple[str, str]]:
        """The list that FROM, JOIN, INTO or UPDATE begins: names with their aliases, between commas."""
        words = self.words
        while position < len(words):
            name = words[position]
            if name in {"only", "lateral", "("}:
                position += 1
                continue
            after = position + 1
            if after < len(words) and words[after] == "as":
                after += 1
            alias = words[after] if after < len(words) else ""
            has_alias = alias.isidentifier() and alias not in _CLAUSE_ENDS | _JOIN_WORDS
            if name.isidentifier():
                yield (alias if has_alias else name), name
            after += has_alias
            if after >= len(words) or words[after] != ",":
                return
            position = after + 1

    def equalities(self) -> list[tuple[str, str]]:
        """Both sides of each `=`: "alias.column" (or a bare column), or "%s" for any constant."""
        found = []
        for position, word in enumerate(self.words):
            if word == "=":
                found.append((self._operand(position - 1, -1), self._operand(position + 1, 1)))
        return found

    def _operand(self, position: int, step: int) -> str:
        words = self.words
        while 0 <= position < len(words) and words[position] in {"(", ")"}:
            position += step
        if not 0 <= position < len(words) or not words[position].isidentifier():
            return "%s"
        dot = position + step
        if 0 <= dot < len(words) and words[dot] == ".":
            first, last = sorted((position, dot + step))
            return f"{words[first]}.{words[last]}"
        return words[position]

    def columns(self) -> set[tuple[str, str]]:
        """Qualified columns it names: (alias, column)."""
        return {
            (self.words[position - 1], self.words[position + 1])
            for position, word in enumerate(self.words)
            if word == "." and 0 < position < len(self.words) - 1
        }

    def walk(self) -> Iterator["Scope"]:
        yield self
        for scope in self.inner:
            yield from scope.walk()


def parse(sql: str) -> list[Scope]:
    """The statement's outermost scopes: several where UNION, INTERSECT or EXCEPT join them."""
    top = Scope()
    _fill(top, tokens(sql), 0)
    return _split(top)


def _fill(scope: Scope, words: list[str], position: int) -> int:
    """Read `words` into `scope` up to its closing parenthesis; returns the position after it."""
    depth = 0
    while position < len(words):
        word = words[position]
        if word == "(" and position + 1 < len(words) and words[position + 1] in {"select", "with"}:
            nested = Scope(outer=scope)
            position = _fill(nested, words, position + 1)
            for part in _split(nested):
                part.outer = scope
                scope.inner.append(part)
            scope.words.append("(…)")
            continue
        if word == ")" and depth == 0:
            return position + 1
        depth += (word == "(") - (word == ")")
        scope.words.append(word)
        position += 1
    return position


def _split(scope: Scope) -> list[Scope]:
    """`scope` cut at its set operators. Subqueries stay with the part in which they stand."""
    parts = [Scope(outer=scope.outer)]
    subqueries = iter(scope.inner)
    for word in scope.words:
        if word in {"union", "intersect", "except"}:
            parts.append(Scope(outer=scope.outer))
            continue
        parts[-1].words.append(word)
        if word == "(…)":
            subquery = next(subqueries)
            subquery.outer = parts[-1]
            parts[-1].inner.append(subquery)
    return parts
