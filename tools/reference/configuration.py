"""The keys of geniejars.config.json, from the class of the config: a page, and a JSON schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from attrs import Attribute, fields

from geniejars import Config
from geniejars.config import Isolation, Network, default_config
from geniejars.configfile import IGNORED_KEYS

NAME = "configuration.md"
TITLE = "Configuration"
SOURCE = "the class Config and tools/reference/configuration.py"
SCHEMA = "geniejars.config.schema.json"

INTRODUCTION = f"""\
Nothing needs to be configured. A pool of its own, with other folders, ports or rules for all of its
jars, has a file `geniejars.config.json`: in `$GENIEJARS_HOME`, else in the current folder, or named
by `--config`. `geniejars preconfig` writes one to start from. A key that is left out has its
default; an unknown one is an error. Paths may begin with `~/`, or at the file's folder.

Editors complete and check it with the [JSON schema]({SCHEMA}), named by the file's `$schema`.

`STATE` is the folder of `stateFile`: `~/.local/state/jarbuild`, or `jarbuild` in `$XDG_STATE_HOME`;
of root `/var/lib/jarbuild`.

| key | type | default | what it is |
|---|---|---|---|"""

MEANINGS = {
    "pool_prefix": "what the names of jars begin with",
    "pool_size": "how many jars there are",
    "pool_padding": "digits of the number in a jar's name",
    "home_base": "holds one folder for each jar",
    "manager_user": "whose pool it is",
    "manager_group": "the group that may read and write in homes",
    "state_file": "who has which jar",
    "lock_file": "held by whoever changes the state",
    "backup_dir": "for `geniejars backup`",
    "socket_dir": "the server's sockets",
    "python_path": "the interpreter of the processes that make jars and act in them",
    "port_base": "the first port of the pool",
    "port_count": "how many ports the pool has",
    "ports_per_geniejars": "how many a jar has",
    "common_user": "who owns the common folder of a pool of real users",
    "common_dir": "`${COMMON}`; no white space, quotes, `$`, backquote or backslash",
    "log_dir": "links to the apps' logs",
    "agent_idle_timeout": "seconds after which an agent with nothing to do leaves; 0: never",
    "shutdown_grace_ms": "how long an app may take to end before it is killed",
    "expose": "folders that every jar may read, at their own paths",
    "network": "what jars reach: see [isolation](isolation.md)",
    "allow_hosts": "of network `filtered`: who may be reached",
    "isolation": "accept no less; `weak`: accept that, too. Left out: the best, but never weak",
    "forward_proxy": "whether proxy and certificate variables of yours reach what runs in a jar",
}
"""By field; one that is missing here fails the test that the page is current."""

VARYING = {
    "manager_user": "you",
    "manager_group": "yours",
    "common_user": "you",
    "python_path": "jarbuild's own",
}

TYPES = {
    "str": ("text", {"type": "string", "minLength": 1}),
    "int": ("whole number", {"type": "integer"}),
    "float": ("number", {"type": "number", "minimum": 0}),
    "bool": ("true or false", {"type": "boolean"}),
    "Path": ("path", {"type": "string", "minLength": 1}),
    "Path | None": ("path", {"type": "string", "minLength": 1}),
    "tuple[Path, ...]": ("list of paths", {"type": "array", "items": {"type": "string"}}),
    "tuple[str, ...]": ("list of texts", {"type": "array", "items": {"type": "string"}}),
    "Network": (", ".join(get_args(Network)), {"enum": list(get_args(Network))}),
    "Isolation | None": (", ".join(get_args(Isolation)), {"enum": list(get_args(Isolation))}),
}
"""What a reader and what a schema calls the type of a field."""


def body() -> str:
    """The page."""
    return "\n".join([INTRODUCTION, *_rows()])


def schema() -> str:
    """The schema of the file."""
    known = {_key(f.name): _property(f) for f in _fields()}
    ignored = {key: {"description": note or "this schema"} for key, note in IGNORED_KEYS.items()}
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "geniejars.config.json",
        "type": "object",
        "additionalProperties": False,
        "properties": {**known, **ignored},
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _fields() -> Iterator[Attribute[Any]]:
    return (f for f in fields(Config) if f.name not in ("source", "notes"))


def _rows() -> Iterator[str]:
    config = default_config(Path("/STATE/state.json"))
    for f in _fields():
        default = VARYING.get(f.name) or _shown(getattr(config, f.name))
        yield f"| `{_key(f.name)}` | {TYPES[str(f.type)][0]} | {default} | {MEANINGS[f.name]} |"


def _shown(value: object) -> str:
    """A default as it would stand in the file."""
    if isinstance(value, Path):
        return f"`{str(value).removeprefix('/')}`"
    if isinstance(value, float):
        value = round(value)
    return "" if value is None else f"`{json.dumps(value)}`"


def _property(f: Attribute[Any]) -> dict[str, object]:
    return {"description": MEANINGS[f.name], **TYPES[str(f.type)][1]}


def _key(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
