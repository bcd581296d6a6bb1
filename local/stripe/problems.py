"""Refusals in Stripe's shape: {"error": {"type", "message", "code", "param"}}."""

from typing import Any


class StripeProblem(Exception):
    """Ends a request with this status and error."""

    def __init__(self, status: int, kind: str, message: str, **facts: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"error": {"type": kind, "message": message, **facts}}


def missing(kind: str, object_id: str) -> StripeProblem:
    message = f"No such {kind}: '{object_id}'"
    return StripeProblem(404, "invalid_request_error", message, code="resource_missing", param="id")


def invalid(param: str, message: str) -> StripeProblem:
    """A parameter that is missing or not allowed."""
    return StripeProblem(400, "invalid_request_error", message, code="parameter_invalid", param=param)
