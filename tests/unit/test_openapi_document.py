"""The OpenAPI document as readers and generators find it: valid, with an example and an id for everything."""

from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from tests.support.checks.openapi import CHECKED_IN, METHODS

DOCUMENT: dict[str, Any] = msgspec.json.decode(CHECKED_IN.read_bytes())
OPERATIONS = [
    pytest.param(operation, id=operation["operationId"])
    for item in DOCUMENT["paths"].values()
    for method, operation in item.items()
    if method in METHODS
]


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_json_body_has_an_example_that_fits_its_schema(operation: dict[str, Any]) -> None:
    contents = [("request", operation["requestBody"])] if "requestBody" in operation else []
    contents += [(status, response) for status, response in operation["responses"].items()]
    for where, body in contents:
        content = body.get("content", {}).get("application/json")
        if content is None or not content.get("schema"):
            continue
        assert content.get("examples"), f"{where} of {operation['operationId']} has no example"
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        for example in content["examples"].values():
            Draft202012Validator(schema).validate(example["value"])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_what_it_does_and_how_it_fails(operation: dict[str, Any]) -> None:
    assert operation["description"]
    assert operation["tags"]
    statuses = set(operation["responses"])
    public = {} in operation.get("security", [])
    assert public or {"401", "429", "503"} <= statuses
    assert "500" in statuses
    assert "requestBody" not in operation or {"400", "408", "413", "415", "422"} <= statuses


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_every_write_refuses_a_body_of_a_foreign_type(method: str) -> None:
    operations = [item[method] for item in DOCUMENT["paths"].values() if method in item]
    assert [one["operationId"] for one in operations if "415" not in one["responses"]] == []


def test_no_schema_is_named_after_where_its_code_lies() -> None:
    assert [name for name in DOCUMENT["components"]["schemas"] if "." in name] == []
