"""Making, rotating and revoking ingest keys."""

import re
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from integrations.models import IngestKey
from integrations.services.ingest_keys import create_key, prefix_of, revoke_key, rotate_key
from projects.models import Membership
from projects.services.archiving import archive_project
from tests.cast import Cast
from tests.factories import make_member, make_project

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_key_has_its_form_and_no_two_are_alike() -> None:
    project = make_project()
    (first, one), (second, other) = create_key(project, "a"), create_key(project, "a")
    assert re.fullmatch(r"chk_[a-z]{12}_[A-Za-z0-9]{43}", one)
    assert one != other
    assert (first.prefix, second.prefix) == (one[:16], other[:16])
    assert prefix_of(one) == first.prefix


def test_only_its_hash_is_stored() -> None:
    _, secret = create_key(make_project(), "a")
    [row] = IngestKey.objects.values()
    assert bytes(row["key_hash"]) == sha256(secret.encode()).digest()
    assert secret[17:] not in repr(row)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "chk_",
        "sk-abc",
        "chk_abcdefghijkl",
        "chk_abcdefghijkl_short",
        "chk_abcdefghijkl_" + "é" * 43,
        "chk_abcdefghijkl_" + "a" * 42 + "\x00",
        "xhk_abcdefghijkl_" + "a" * 43,
    ],
)
def test_what_cannot_be_a_key_has_no_prefix(text: str) -> None:
    assert prefix_of(text) == ""


def test_an_archived_project_gets_no_key(cast: Cast) -> None:
    archive_project(cast.project, cast.owner.user)
    with pytest.raises(ValidationError, match="archived"):
        create_key(cast.project, "a")
    assert not IngestKey.objects.exists()


def test_a_key_does_not_begin_expired() -> None:
    with pytest.raises(ValidationError, match="expired"):
        create_key(make_project(), "a", expires_at=timezone.now() - DAY)


def test_rotation_gives_a_like_key_and_ends_the_old_one_later(cast: Cast) -> None:
    old, _ = create_key(cast.project, "Checkout")
    IngestKey.objects.update(requests_per_minute=50)
    old.refresh_from_db()
    before = timezone.now()
    new, secret = rotate_key(old, DAY, cast.owner.user)
    old.refresh_from_db()
    new.refresh_from_db()
    assert before + DAY <= (old.expires_at or before) <= timezone.now() + DAY
    assert (new.project, new.name, new.created_by, new.expires_at, new.requests_per_minute) == (
        cast.project,
        "Checkout",
        cast.owner.user,
        None,
        50,
    )
    assert secret.startswith(new.prefix)


def test_rotation_keeps_how_long_a_key_lasts_and_never_prolongs_the_old_one(cast: Cast) -> None:
    now = timezone.now()
    old, _ = create_key(cast.project, "a", expires_at=now + DAY)
    old.created_at = now - 29 * DAY
    old.save()
    new, _ = rotate_key(old, 7 * DAY, cast.owner.user)
    old.refresh_from_db()
    assert old.expires_at == now + DAY
    assert abs((new.expires_at or now) - now - 30 * DAY) < DAY / 24


def test_of_two_who_rotate_at_once_one_does(cast: Cast) -> None:
    key, _ = create_key(cast.project, "a")
    seen_by_other = IngestKey.objects.get(pk=key.pk)
    rotate_key(key, DAY, cast.owner.user)
    with pytest.raises(ValidationError, match="meanwhile"):
        rotate_key(seen_by_other, DAY, cast.owner.user)
    assert IngestKey.objects.count() == 2


def test_a_revoked_key_is_not_rotated_nor_revoked_again(cast: Cast) -> None:
    key, _ = create_key(cast.project, "a")
    revoke_key(key, cast.owner.user)
    assert key.revoked_at is not None
    with pytest.raises(ValidationError, match="not valid"):
        rotate_key(key, DAY, cast.owner.user)
    with pytest.raises(ValidationError, match="already"):
        revoke_key(key, cast.owner.user)


def test_managers_do_it_and_nobody_below(cast: Cast) -> None:
    key, _ = create_key(cast.project, "a")
    for user in (cast.member.user, cast.stranger.user):
        with pytest.raises(PermissionDenied):
            rotate_key(key, DAY, user)
        with pytest.raises(PermissionDenied):
            revoke_key(key, user)
    manager = make_member(cast.project, Membership.Role.MANAGER)
    new, _ = rotate_key(key, DAY, manager)
    revoke_key(new, manager)
    assert IngestKey.objects.filter(revoked_at__isnull=True).get() == key
