"""Why a door refuses a request: raised anywhere in a door, answered by it in the request's own format."""

from dataclasses import dataclass


# Not frozen: Python notes on an exception where it was raised.
@dataclass(unsafe_hash=True)
class Refused(Exception):
    """`status` is the HTTP status, `message` says what to change, `retry_after_s` when to come again."""

    status: int
    message: str
    retry_after_s: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What the answer's status asks for beside it."""
        found = {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
        if self.status == 401:
            found["WWW-Authenticate"] = "Bearer"
        if self.status == 405:
            found["Allow"] = "POST"
        return found
