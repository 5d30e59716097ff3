"""Tells a cache that outlives transactions when one that it wrote in was rolled back."""

from typing import Any

from django.db import connection, transaction


class _Commit:
    """Called when the transaction that it was made in commits."""

    is_done = False

    def __call__(self) -> None:
        self.is_done = True


class TransactionWatch:
    """Django tells of commits, not of rollbacks: what neither committed nor waits to be called was undone."""

    def __init__(self) -> None:
        self._pending: list[_Commit] = []
        self._waiting: list[Any] | None = None

    def note(self) -> None:
        """Something was written in the open transaction, if there is one."""
        commit = _Commit()
        transaction.on_commit(commit)
        self._pending.append(commit)
        self._waiting = connection.run_on_commit

    def is_undone(self) -> bool:
        """Whether something noted was rolled back since the last time that this was asked."""
        # Django replaces the list when a transaction ends or a savepoint is undone: the same list, no loss.
        if not self._pending or connection.run_on_commit is self._waiting:
            return False
        self._waiting = connection.run_on_commit
        waiting = {id(entry[1]) for entry in self._waiting}
        unfinished = [commit for commit in self._pending if not commit.is_done]
        undone = any(id(commit) not in waiting for commit in unfinished)
        self._pending = [] if undone else unfinished
        return undone
