"""Google and GitHub as ways to sign in: off until an operator gives their keys."""

from typing import Any

from config.environment import Environment


def social_providers(env: Environment) -> dict[str, Any]:
    """What allauth is told of each provider; without an id and a secret it has no app, and no button."""
    return {
        name: {
            "APPS": _apps(env, name),
            "SCOPE": scope,
            # The address is the provider's word: only verified ones open an account.
            "VERIFIED_EMAIL": False,
            "EMAIL_AUTHENTICATION": True,
            "OAUTH_PKCE_ENABLED": True,
        }
        for name, scope in (("google", ["email"]), ("github", ["user:email"]))
    }


def _apps(env: Environment, name: str) -> list[dict[str, str]]:
    client_id = env.str(f"{name.upper()}_CLIENT_ID", default="")
    secret = env.str(f"{name.upper()}_CLIENT_SECRET", default="")
    return [{"client_id": client_id, "secret": secret, "key": ""}] if client_id and secret else []
