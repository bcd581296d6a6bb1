"""The models this server knows: their published schemas, and the validation of a request against them."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from jsonschema import Draft7Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from local.replicate.contracts import InvalidField
from local.replicate.problems import invalid_input, invalid_version, not_found

COMMUNITY = frozenset({"adirik/interior-design"})
"""Created by version; every other model of the catalogue is official and created by name."""

MODELS = Path(__file__).parent / "models"

REQUEST_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["input"],
    "additionalProperties": False,
    "properties": {
        "version": {"type": "string"},
        "input": {"type": "object"},
        "stream": {"type": "boolean"},
        "webhook": {"type": "string", "format": "uri"},
        "webhook_events_filter": {
            "type": "array",
            "items": {"type": "string", "enum": ["start", "output", "logs", "completed"]},
        },
    },
}

_formats = FormatChecker(formats=())


@_formats.checks("uri")
def _is_uri(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme == "data" or (parts.scheme in {"http", "https"} and bool(parts.hostname))


class Model(msgspec.Struct, frozen=True, dict=True):
    """One file of `models/`."""

    model: str
    version: str
    schemas: dict[str, dict[str, Any]]

    @property
    def official(self) -> bool:
        return self.model not in COMMUNITY

    @property
    def many_outputs(self) -> bool:
        """Whether `output` is a list of URLs or a single one."""
        return self.schemas["Output"]["type"] == "array"

    @cached_property
    def _validator(self) -> Draft7Validator:
        root = {"$ref": "#/components/schemas/Input", "components": {"schemas": self.schemas}}
        return Draft7Validator(root, format_checker=_formats)

    def validate(self, values: Mapping[str, Any]) -> None:
        """Raise the 422 that Replicate gives when `values` break the model's schema."""
        _refuse_invalid(self._validator, values, root="input")

    def with_defaults(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The input as the model sees it."""
        properties: dict[str, dict[str, Any]] = self.schemas["Input"]["properties"]
        defaults = {name: schema["default"] for name, schema in properties.items() if "default" in schema}
        return defaults | dict(values)


class Catalogue:
    """Finds models as the two create operations name them."""

    def __init__(self) -> None:
        models = [msgspec.json.decode(path.read_bytes(), type=Model) for path in sorted(MODELS.glob("*.json"))]
        self._by_name = {model.model: model for model in models}

    def __getitem__(self, name: str) -> Model:
        return self._by_name[name]

    def official(self, owner: str, name: str) -> Model:
        """Raise 404 for a model that is unknown or has to be created by version."""
        model = self._by_name.get(f"{owner}/{name}")
        if model is None or not model.official:
            raise not_found()
        return model

    def by_version(self, version: str) -> Model:
        """`version`, `owner/name:version`, or `owner/name` of an official model; anything else raises 422."""
        for model in self._by_name.values():
            accepted = {model.model} if model.official else {model.version, f"{model.model}:{model.version}"}
            if version in accepted:
                return model
        raise invalid_version()


_request_validator = Draft7Validator(REQUEST_SCHEMA, format_checker=_formats)
_version_request_validator = Draft7Validator(
    REQUEST_SCHEMA | {"required": ["version", "input"]}, format_checker=_formats
)


def validate_request(body: object, *, by_version: bool) -> dict[str, Any]:
    """Check a create request, except its `input`, which `Model.validate` checks."""
    validator = _version_request_validator if by_version else _request_validator
    _refuse_invalid(validator, body, root="(root)")
    assert isinstance(body, dict)
    return body  # pyright: ignore[reportUnknownVariableType]


def _refuse_invalid(validator: Draft7Validator, value: object, root: str) -> None:
    fields = [_describe(error, root) for error in validator.iter_errors(value)]  # pyright: ignore[reportUnknownMemberType, reportArgumentType]
    if fields:
        raise invalid_input(fields)


def _describe(error: ValidationError, root: str) -> InvalidField:
    """Name and word one error as Replicate's validator (gojsonschema) does."""
    path = [str(part) for part in error.absolute_path]
    field = ".".join(path if root == "(root)" else [root, *path]) or root
    limit: Any = error.validator_value
    match error.validator:
        case "required":
            missing = error.message.split("'")[1]
            return InvalidField("required", field, f"{missing} is required")
        case "type":
            return InvalidField(
                "invalid_type", field, f"Invalid type. Expected: {limit}, given: {_kind(error.instance)}"
            )
        case "minimum":
            return InvalidField("number_gte", field, f"Must be greater than or equal to {limit}")
        case "maximum":
            return InvalidField("number_lte", field, f"Must be less than or equal to {limit}")
        case "enum":
            options = ", ".join(f'"{option}"' for option in limit)
            return InvalidField("enum", field, f"{field} must be one of the following: {options}")
        case "format":
            return InvalidField("format", field, f"Does not match format '{limit}'")
        case "additionalProperties":
            extra = error.message.split("'")[1]
            return InvalidField("additional_property_not_allowed", field, f"Additional property {extra} is not allowed")
        case other:
            return InvalidField(str(other), field, error.message)


def _kind(value: object) -> str:
    names = {"bool": "boolean", "int": "integer", "float": "number", "str": "string", "list": "array", "dict": "object"}
    return names.get(type(value).__name__, "null")
