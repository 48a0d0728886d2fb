"""A parsed JFile as JSON and back, spans included: reading it needs nodes, but no parser.

A node is an object of one member, its class and the values of its fields in their order.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from attrs import fields

from . import nodes
from .nodes import JFile


def serialise(jfile: JFile) -> bytes:
    """UTF-8 JSON without line feeds; `deserialise` gives an equal JFile with equal spans."""
    return json.dumps(jfile, default=_as_object, separators=(",", ":")).encode()


def deserialise(content: bytes) -> JFile:
    """What `serialise` was given; raises ValueError where it cannot have made `content`."""
    try:
        jfile = json.loads(content, object_hook=_as_node)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"no serialised JFile: {error}") from error
    if not isinstance(jfile, JFile):
        raise ValueError("no serialised JFile")
    return jfile


def parser_version() -> str:
    """Another one for each state of this package's files: what an older parser made may differ."""
    files = sorted(Path(__file__).parent.glob("*.*"))
    stats = ((file.name, file.stat()) for file in files)
    return json.dumps([[name, s.st_size, s.st_mtime_ns] for name, s in stats])


def _as_object(node: Any) -> dict[str, list[object]]:
    values = [getattr(node, name) for name in _field_names(type(node))]
    return {type(node).__name__: values}


def _as_node(given: dict[str, list[object]]) -> object:
    ((name, values),) = given.items()
    of = getattr(nodes, name)
    frozen = (tuple(value) if isinstance(value, list) else value for value in values)
    return of(**dict(zip(_field_names(of), frozen, strict=True)))


def _field_names(of: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(of))
