"""Changes of provider configs that touch more than one of them."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.audit.record import record
from accounts.models.audit import AuditAction
from integrations.models import ProviderConfig

_ATTEMPTS = 8


def make_default(*, config: ProviderConfig) -> bool:
    """Make an active config the default of its person, or of the installation; False when it is already.

    The one that was is none any more, in the same transaction. Raises ValidationError for an inactive config.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction.atomic():
                is_changed, stood_down = _switch(config)
                no, yes = {"is_default": False}, {"is_default": True}
                for other in stood_down:
                    record(AuditAction.CHANGED, other, before=yes, after=no)
                if is_changed:
                    record(AuditAction.CHANGED, config, before=no, after=yes)
        except IntegrityError:
            # Somebody else added or activated another default between our statements: now it can be seen.
            if attempt == _ATTEMPTS:
                raise
        else:
            config.is_default = True
            return is_changed
    raise AssertionError("unreachable")


def _switch(config: ProviderConfig) -> tuple[bool, list[ProviderConfig]]:
    """Whether `config` was no default before, and the configs that were in its place."""
    owned = ProviderConfig.objects.filter(person=config.person_id)
    # All of the owner's, in one order for everybody: whoever comes second waits here instead of in a circle.
    list(owned.select_for_update().order_by("pk").values_list("pk"))
    others = owned.filter(is_default=True, is_active=True).exclude(pk=config.pk)
    stood_down = list(others)
    others.update(is_default=False)
    this = owned.filter(pk=config.pk, is_active=True)
    if this.filter(is_default=False).update(is_default=True):
        return True, stood_down
    if not this.exists():
        raise ValidationError("Only an active config can be the default: activate it first.")
    return False, stood_down
