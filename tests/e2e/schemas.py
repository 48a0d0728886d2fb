"""The published schemas, and what real output has against them."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator
from machines import TOP

SCHEMAS = TOP / "docs/schemas"


def closed(schema: Any) -> Any:
    """The schema, for which a field that it does not name is a mistake."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: closed(value) for key, value in schema.items()}
    is_record = "properties" in parts and "type" in parts
    return {"additionalProperties": False, **parts} if is_record else parts


def complaints(name: str, output: object) -> list[str]:
    """What the schema `name` has against this output."""
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return [e.message for e in Draft202012Validator(closed(schema)).iter_errors(output)]
