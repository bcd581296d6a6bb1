"""The API's own document, to hold its answers against it."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import msgspec
from jsonschema import Draft202012Validator

CHECKED_IN = Path(__file__).parents[3] / "web" / "openapi.json"
METHODS = ("get", "post", "put", "patch", "delete")


async def declared(answer: httpx.Response) -> None:
    """Assert that an answer's status is documented, wherever an operation is at its address."""
    statuses = _statuses(answer.request.method.lower(), answer.request.url.path)
    assert statuses is None or str(answer.status_code) in statuses, f"{answer.request} is not documented: {answer}"


def _statuses(method: str, path: str) -> set[str] | None:
    operations = (item[method] for pattern, item in _items() if method in item and pattern.fullmatch(path))
    return next((set(operation["responses"]) for operation in operations), None)


@cache
def _items() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    # Those without parameters first: /renders/months is no render.
    paths = sorted(msgspec.json.decode(CHECKED_IN.read_bytes())["paths"].items(), key=lambda entry: "{" in entry[0])
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), item) for path, item in paths]


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one path."""

    id: str
    method: str
    path: str
    query: list[str]
    """Names of its query's parameters."""
    content: list[str]
    """The media types of its request body."""
    is_protected: bool
    """Whether it wants a person's token."""


class Document:
    """A parsed openapi.json."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        # What a schema does not name must not be sent: the document says all that clients can rely on.
        for schema in document["components"]["schemas"].values():
            if "properties" in schema:
                schema["additionalProperties"] = False

    @classmethod
    def checked_in(cls) -> "Document":
        """The one in the repository, which a build refuses once it is not the API's any more."""
        return cls(msgspec.json.decode(CHECKED_IN.read_bytes()))

    def operations(self) -> Iterator[Operation]:
        """All operations."""
        for path, item in self._document["paths"].items():
            for method in METHODS:
                if operation := item.get(method):
                    parameters = operation.get("parameters", [])
                    yield Operation(
                        id=operation["operationId"],
                        method=method,
                        path=path,
                        query=[parameter["name"] for parameter in parameters if parameter["in"] == "query"],
                        content=list(operation.get("requestBody", {}).get("content", {})),
                        is_protected={} not in operation.get("security", []),
                    )

    def check(self, operation_id: str, answer: httpx.Response) -> None:
        """Assert that the operation may answer so: a documented status, a body that fits its schema."""
        operation = next(
            item[method]
            for item in self._document["paths"].values()
            for method in METHODS
            if item.get(method, {}).get("operationId") == operation_id
        )
        documented = operation["responses"]
        assert str(answer.status_code) in documented, f"{answer.status_code} of {operation_id} is not documented"
        content = documented[str(answer.status_code)].get("content", {})
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        assert any(fnmatch(media_type, documented) for documented in content) or not (content or answer.content)
        if media_type == "application/json":
            schema = {**content["application/json"]["schema"], "components": self._document["components"]}
            Draft202012Validator(schema).validate(answer.json())
