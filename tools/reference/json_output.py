"""What the programs print for programs, from the JSON schemas in docs/schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

NAME = "json.md"
TITLE = "JSON output"
SOURCE = "the schemas"
SCHEMAS = Path(__file__).parent.parent.parent / "docs" / "schemas"

INTRODUCTION = """\
Each has a [JSON Schema](https://json-schema.org/) beside this page; tests hold real output against
them. New fields may come with any version: ignore what you do not know. A field that goes away or
changes its meaning changes `version`."""

Schema = Mapping[str, Any]


def body() -> str:
    """The page."""
    return "\n\n".join([INTRODUCTION, *(_section(path) for path in sorted(SCHEMAS.glob("*.json")))])


def _section(path: Path) -> str:
    schema = json.loads(path.read_text("utf-8"))
    parts = [
        f"## {schema['title']}",
        f"{schema['description']} Schema: [{path.name}](schemas/{path.name}).",
        *_tables(schema),
    ]
    return "\n\n".join(parts)


def _tables(schema: Schema) -> Iterator[str]:
    """The table of the schema itself, then one of each definition, in the file's order."""
    if "properties" in schema:
        yield _table(schema["properties"])
    for name, definition in schema.get("$defs", {}).items():
        if "properties" in definition:
            yield f"### {schema['title']}: {name}"
            yield definition.get("description", "")
            yield _table(definition["properties"])


def _table(properties: Mapping[str, Schema]) -> str:
    rows = (
        f"| `{name}` | {_type(value)} | {value.get('description', '')} |"
        for name, value in properties.items()
    )
    return "\n".join(["| field | type | what it is |", "|---|---|---|", *rows])


def _type(schema: Schema) -> str:
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(_of(name, schema) for name in names)


def _of(name: str, schema: Schema) -> str:
    if name == "array":
        return f"list of {_type(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict) and name == "object":
        return f"object of {_type(schema['additionalProperties'])}"
    return name
