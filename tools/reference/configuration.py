"""The keys of geniejars.config.json, from the JSON schema that editors check it with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from geniejars import SCHEMA_FILE

NAME = "configuration.md"
TITLE = "Configuration"
SOURCE = "runtime/geniejars/config.schema.json"

INTRODUCTION = """\
Nothing needs to be configured. A pool of its own, with other folders, ports or rules for all of its
jars, has a file `geniejars.config.json`: in `$GENIEJARS_HOME`, else in the current folder, or named
by `--config`. `geniejars preconfig` writes one to start from, whose `$schema` lets editors complete
and check it. An unknown key is an error. Paths may begin with `~/`, or at the file's folder.

Without a default here, a key has that of the embedded pool: your own account, and folders below
`~/.local/state/jarbuild` (`jarbuild` in `$XDG_STATE_HOME`; of root `/var/lib/jarbuild`).

| key | type | default | what it is |
|---|---|---|---|"""

Property = Mapping[str, Any]


def body() -> str:
    """The page."""
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    return "\n".join([INTRODUCTION, *_rows(schema)])


def _rows(schema: Mapping[str, Any]) -> Iterator[str]:
    for key, found in schema["properties"].items():
        if key != "$schema":
            default = f"`{json.dumps(found['default'])}`" if "default" in found else ""
            kind = _kind(found, schema["$defs"])
            yield f"| `{key}` | {kind} | {default} | {found['description']} |"


def _kind(found: Property, definitions: Mapping[str, Property]) -> str:
    if "$ref" in found:
        name = found["$ref"].rpartition("/")[2]
        return "path" if name == "path" else _kind(definitions[name], definitions)
    if "enum" in found:
        return ", ".join(f"`{word}`" for word in found["enum"])
    if found.get("type") == "array":
        return f"list of {_kind(found['items'], definitions)}"
    kinds = found.get("type", "anything")
    return " or ".join([kinds] if isinstance(kinds, str) else kinds)
