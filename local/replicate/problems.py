"""Refusals, with the same words as Replicate's."""

from collections.abc import Sequence

from local.replicate.contracts import InvalidField, Problem


class ProblemError(Exception):
    """Ends a request with this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def unauthenticated(detail: str) -> ProblemError:
    return ProblemError(Problem("Unauthenticated", detail, 401))


def malformed(detail: str) -> ProblemError:
    return ProblemError(Problem("Invalid request", detail, 400))


def not_found() -> ProblemError:
    return ProblemError(Problem("Not found", "The requested resource could not be found.", 404))


def invalid_version() -> ProblemError:
    detail = "The specified version does not exist (or perhaps you don't have permission to use it?)"
    return ProblemError(Problem("Invalid version or not permitted", detail, 422))


def invalid_input(fields: Sequence[InvalidField]) -> ProblemError:
    detail = "".join(f"- {field.field}: {field.description}\n" for field in fields)
    return ProblemError(Problem("Input validation failed", detail, 422, list(fields)))


def throttled(seconds: int) -> ProblemError:
    detail = (
        "Request was throttled. Your rate limit for creating predictions is 600 requests per minute. "
        f"Your rate limit resets in ~{seconds}s."
    )
    return ProblemError(Problem("Too many requests", detail, 429, retry_after=seconds))
