"""The errors that a caller acts on: a stable `code`, an HTTP status, a message for people."""

from collections.abc import Mapping


class AppError(Exception):
    """Base of every refusal that leaves the server. `code` is forever; `message` may change."""

    code = "internal"
    status = 500

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        retry_after_s: int | None = None,
        line: int | None = None,
        clash: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s
        self.line = line
        """Of the file that was sent, where that is what is wrong."""
        self.clash = clash
        """What is in the way, as `http.ClashBody` tells it."""
        if code is not None:
            self.code = code
        if status is not None:
            self.status = status


class NotFound(AppError):
    code = "not_found"
    status = 404


class NotAuthenticated(AppError):
    code = "not_authenticated"
    status = 401


class NotAllowed(AppError):
    code = "not_allowed"
    status = 403


class Gone(AppError):
    code = "gone"
    status = 410


class InvalidInput(AppError):
    code = "invalid_input"
    status = 422


class Conflict(AppError):
    code = "conflict"
    status = 409


class RateLimited(AppError):
    code = "rate_limited"
    status = 429


class Unavailable(AppError):
    code = "unavailable"
    status = 503


class CommandRejected(Exception):
    """The domain's refusal of a command. `code` is stable and translated on screen."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message or code
