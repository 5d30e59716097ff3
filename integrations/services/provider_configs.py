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
                is_changed = _switch(config)
                if is_changed:
                    before, after = {"is_default": False}, {"is_default": True}
                    record(AuditAction.CHANGED, config, before=before, after=after)
        except IntegrityError:
            # Somebody else added or activated another default between our statements: now it can be seen.
            if attempt == _ATTEMPTS:
                raise
        else:
            config.is_default = True
            return is_changed
    raise AssertionError("unreachable")


def _switch(config: ProviderConfig) -> bool:
    owned = ProviderConfig.objects.filter(person=config.person_id)
    # All of the owner's, in one order for everybody: whoever comes second waits here instead of in a circle.
    list(owned.select_for_update().order_by("pk").values_list("pk"))
    owned.filter(is_default=True, is_active=True).exclude(pk=config.pk).update(is_default=False)
    this = owned.filter(pk=config.pk, is_active=True)
    if this.filter(is_default=False).update(is_default=True):
        return True
    if not this.exists():
        raise ValidationError("Only an active config can be the default: activate it first.")
    return False
