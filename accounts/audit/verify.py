"""Whether the audit log is whole: every entry as it was written, none missing, none added."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from accounts.audit.chain import FIRST, entry_hash, head_signature, key_named
from accounts.models import AuditEntry, AuditHead, User

_BATCH = 2_000
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind`: changed, missing, inserted, cut, head, unknown_key or noted. `position`: where it shows."""

    kind: str
    position: int
    message: str


@dataclass(slots=True)
class Verification:
    """`checked`: entries read. `head`: "POSITION:HASH" of the last one, to be noted elsewhere."""

    checked: int = 0
    head: str = f"0:{FIRST}"
    faults: list[Fault] = field(default_factory=list)
    more: int = 0

    def add(self, kind: str, position: int, message: str) -> None:
        if len(self.faults) < _SHOWN:
            self.faults.append(Fault(kind, position, message))
        else:
            self.more += 1


def verify_chain(*, start: int = 1, noted: tuple[int, str] | None = None) -> Verification:
    """Walk the chain up to the head that stood when the walk began; others may append meanwhile.

    `start`: the first entry to check; it must follow what stands before it, which is not looked at.
    `noted`: the position and hash of a head that somebody wrote down: it must still stand there. It tells
    what the database alone cannot: that its last entries and its head were both put back to an older state.
    """
    # In this order: whoever signed in by now has been told of by now, and what is appended in between stands
    # before the end that is read after it.
    was_used = User.objects.filter(last_login__isnull=False).exists()
    last = AuditEntry.objects.order_by("-position").first()
    head = AuditHead.objects.first()
    found = Verification()
    below = AuditEntry.objects.filter(position__lt=1).order_by("position")
    for position in below.values_list("position", flat=True):
        found.add("inserted", position, "Entries are numbered from 1: nobody recorded this one.")
    end = head.position if head else 0
    before = (
        AuditEntry.objects.filter(position=start - 1, position__gte=1).values_list("hash", flat=True).first()
    )
    previous, expected = before or FIRST, start if before else 1
    for entry in _entries(after=expected - 1, up_to=max(end, last.position if last else 0)):
        found.checked += 1
        if entry.position != expected:
            found.add("missing", expected, _missing(expected, entry.position))
        elif entry.previous_hash != previous:
            found.add("inserted", entry.position, "It does not follow the entry before it.")
        _check_entry(entry, found)
        if noted and entry.position == noted[0] and entry.hash != noted[1]:
            found.add("noted", entry.position, "It is not the entry that was noted down.")
        previous, expected = entry.hash, entry.position + 1
    _check_head(head, expected - 1, previous, found)
    if was_used and head is None and expected == 1:
        found.add("cut", 1, "The log is empty, though somebody has signed in, which it is always told.")
    if noted and noted[0] >= expected:
        found.add("noted", noted[0], "The log once reached this entry; it ends before it now.")
    found.head = f"{expected - 1}:{previous}"
    return found


def _entries(*, after: int, up_to: int) -> Iterator[AuditEntry]:
    """In the order of their positions, in batches: one long cursor would hold a snapshot open."""
    while True:
        rows = AuditEntry.objects.filter(position__gt=after, position__lte=up_to).order_by("position")
        batch = list(rows[:_BATCH])
        yield from batch
        if len(batch) < _BATCH:
            return
        after = batch[-1].position


def _check_entry(entry: AuditEntry, found: Verification) -> None:
    key = key_named(entry.key_id)
    if key is None:
        message = f"It was signed with the key {entry.key_id}, which AUDIT_KEYS does not hold."
        found.add("unknown_key", entry.position, message)
    elif entry_hash(entry, key) != entry.hash:
        found.add("changed", entry.position, "It does not say what was recorded.")


def _check_head(head: AuditHead | None, position: int, last_hash: str, found: Verification) -> None:
    if head is None:
        if position:
            found.add("head", position, "The signed end of the log is gone.")
        return
    key = key_named(head.key_id)
    if head.position and key is None:
        found.add("unknown_key", head.position, f"The end was signed with the key {head.key_id}.")
    elif head.position and key and head_signature(head.position, head.hash, key) != head.signature:
        found.add("head", head.position, "The end of the log is not signed by us.")
    if head.position > position:
        found.add("cut", position + 1, _missing(position + 1, head.position + 1))
    elif head.position < position:
        found.add("inserted", head.position + 1, "Entries stand after the signed end of the log.")
    elif head.hash != last_hash:
        found.add("head", head.position, "The signed end of the log is another entry.")


def _missing(first: int, following: int) -> str:
    count = following - first
    return "An entry is missing." if count == 1 else f"{count:,} entries are missing."
