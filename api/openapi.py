"""The OpenAPI document: Litestar's, with a recorded example of each body and without responses that never come."""

import re
from pathlib import Path
from typing import Any, Final, cast

import msgspec
from litestar import Litestar, Request
from litestar.openapi.plugins import JsonRenderPlugin

JSON: Final = "application/json"
# Recorded bodies, shortened, by operation id. tests/unit/test_openapi_document.py checks them against the schemas.
EXAMPLES: Final = Path(__file__).with_name("openapi_examples.json")
# Litestar names the schema of a generic after the whole path of its argument. Where code lies is no part of the
# contract, so the modules go: Envelope_list_DayView_.
MODULES: Final = re.compile(rb"(?<=Envelope_)(list_)?(?:\w+\.)+")

Node = dict[str, Any]


class DocumentPlugin(JsonRenderPlugin):
    """Serves the finished document."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: Node) -> bytes:  # noqa: ARG002 - the plugin's signature
        """The document as JSON."""
        return msgspec.json.encode(_finished(openapi_schema))


def document_of(app: Litestar) -> Node:
    """What `DocumentPlugin` serves."""
    return _finished(app.openapi_schema.to_schema())


def _finished(schema: Node) -> Node:
    document: Node = msgspec.json.decode(MODULES.sub(rb"\1", msgspec.json.encode(schema)))
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    examples = msgspec.json.decode(EXAMPLES.read_bytes(), type=dict[str, Node])
    for item in cast("dict[str, Node]", document["paths"]).values():
        for operation in cast("list[Node]", [entry for entry in item.values() if "operationId" in entry]):
            example = examples.get(operation["operationId"], {})
            _add(operation.get("requestBody", {}), example, "request")
            responses = cast("dict[str, Node]", operation["responses"])
            # Litestar documents a 400 for parameters; we answer 404 or 422.
            if "$ref" not in responses.get("400", {}).get("content", {}).get(JSON, {}).get("schema", {"$ref": ""}):
                del responses["400"]
            for status, response in responses.items():
                if status.startswith("2"):
                    _add(response, example, "response")
    return document


def _add(body: Node, example: Node, side: str) -> None:
    content = body.get("content", {})
    if side in example and JSON in content:
        content[JSON]["examples"] = {"recorded": {"value": example[side]}}
