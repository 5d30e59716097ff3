"""Google and GitHub as ways to sign in: off until an operator gives their keys."""

from typing import Any

SIGN_IN_HOSTS = {"google": "https://accounts.google.com", "github": "https://github.com"}
"""Where the form of a button is redirected to, which browsers hold against form-action."""

_SCOPES = {"google": ["email"], "github": ["user:email"]}


def social_providers(**keys: tuple[str, str]) -> dict[str, Any]:
    """What allauth is told of each. `keys`: its client id and secret; without both it has no button."""
    return {
        name: {
            "APPS": [{"client_id": client_id, "secret": secret, "key": ""}] if client_id and secret else [],
            "SCOPE": _SCOPES[name],
            # The address is the provider's word: only verified ones open an account.
            "VERIFIED_EMAIL": False,
            "EMAIL_AUTHENTICATION": True,
            "OAUTH_PKCE_ENABLED": True,
        }
        for name, (client_id, secret) in keys.items()
    }
