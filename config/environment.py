"""The environment's variables, read by type; a value of the wrong kind is named in the error."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ import Env


class Environment(Env):  # type: ignore[misc]  # published without types
    """django-environ's readers; raises ImproperlyConfigured that names the variable and what it holds."""

    smart_cast = False

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, *args, **kwargs)
        except (ValueError, TypeError) as error:
            raise ImproperlyConfigured(
                f"{var} is set to “{self.ENVIRON.get(var, '')}”, which cannot be read: {error}"
            ) from error
