"""geniejars.config.json: where it is looked for, and how its keys become a Config."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, fields, frozen

from geniejars.accounts import Account, account_named, own_account
from geniejars.config import Config, checked, default_config, embedded_config
from geniejars.errors import UsageError
from geniejars.foreign_settings import may_be_a_jars
from geniejars.sizes import parse_size

FILE_NAME = "geniejars.config.json"
SCHEMA_FILE = Path(__file__).with_name("config.schema.json")
"""What editors check such a file by, and show beside its keys."""

IGNORED_KEYS = {
    "$schema": None,
    "nodePath": "nodePath is not used: agents run on Python; see pythonPath",
}
"""Keys that say nothing to us, and the note that is due where one stands in a file."""


@frozen
class Reading:
    """Where relative paths start, and what `~/` is."""

    file: Path
    home: Path


def load_config(path: str | Path | None = None) -> Config:
    """The config that holds here; the embedded default where there is no file.

    Looked for: `path`, then `$GENIEJARS_HOME/geniejars.config.json`, then the current folder.
    Raises UsageError for a file that is not there, is not readable or holds anything unknown.
    """
    found = find_config(path)
    if found is not None:
        return read_config(found)
    return evolve(embedded_config(), notes=_passed_over())


def _passed_over() -> tuple[str, ...]:
    """Only what a jar may have written is passed over."""
    here = Path.cwd() / FILE_NAME
    told = f"{here} may be a jar's: it is not obeyed unless GENIEJARS_HOME or --config names it"
    return (told,) if here.exists() else ()


def find_config(path: str | Path | None = None) -> Path | None:
    """Which file holds; a named one need not exist. Raises nothing.

    One that a jar may have written counts only where it is named.
    """
    if path is not None:
        return Path(path).absolute()
    if home := os.environ.get("GENIEJARS_HOME"):
        return Path(home).absolute() / FILE_NAME
    here = Path.cwd() / FILE_NAME
    return here if here.exists() and not may_be_a_jars(here.parent) else None


def read_config(path: Path) -> Config:
    """The config in this file."""
    raw = _load(path)
    keys = [key for key in raw if key not in IGNORED_KEYS]
    manager = _manager(raw, path)
    values = {
        _FIELDS[_known(key, path)]: _value(key, raw[key], Reading(path, manager.home))
        for key in keys
    }
    notes = tuple(note for key, note in IGNORED_KEYS.items() if note and key in raw)
    state_file = values.pop("state_file", manager.state_folder / "state.json")
    defaults = evolve(
        default_config(state_file),
        manager_user=manager.name,
        manager_group=manager.group,
        common_user=manager.name,
    )
    return checked(evolve(defaults, **values, source=path, notes=notes))


def _manager(raw: Mapping[str, Any], path: Path) -> Account:
    """Whose pool it is: what a file leaves out is meant for that user, also where root reads it."""
    name = raw.get("managerUser")
    return account_named(name) if isinstance(name, str) else own_account()


def config_as_json(config: Config) -> str:
    """What `config_from_json` makes the same config of, in another process."""
    values = {key: getattr(config, name) for key, name in _FIELDS.items()}
    return json.dumps({k: v for k, v in values.items() if v is not None}, default=str)


def config_from_json(text: str) -> Config:
    anywhere = Reading(Path("/"), Path("/"))  # all paths are absolute
    values = {_FIELDS[k]: _value(k, v, anywhere) for k, v in json.loads(text).items()}
    return Config(**{"common_dir": None, **values})


def _load(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror}", help="geniejars preconfig writes a config to start from"
        ) from error
    except ValueError as error:  # json's and UnicodeDecodeError are both
        raise UsageError(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise UsageError(f"{path} must hold one object of keys and values")
    return content


def _known(key: str, path: Path) -> str:
    if key in _FIELDS:
        return key
    from difflib import get_close_matches

    near = get_close_matches(key, _FIELDS, 1)
    raise UsageError(
        f"{path}: there is no key {key!r}",
        help=f"did you mean {near[0]}?" if near else f"known are {', '.join(_FIELDS)}",
    )


def _value(key: str, value: object, reading: Reading) -> Any:
    kind = _KINDS[_TYPES[key]]
    try:
        return kind(value, reading)
    except TypeError as error:
        raise UsageError(
            f"{reading.file}: {key} must be {error}, not {json.dumps(value)}"
        ) from None


def _text(value: object, _: Reading) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise TypeError("a text")
    return value


def _whole(value: object, _: Reading) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a whole number")
    return value


def _size(value: object, reading: Reading) -> int:
    if not isinstance(value, str):
        return _whole(value, reading)
    try:
        return parse_size(value)
    except ValueError:
        raise TypeError('a size such as "20GB", or a number of bytes') from None


def _seconds(value: object, _: Reading) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError("a number of seconds")
    return float(value)


def _cpus(value: object, _reading: Reading) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError("a number of CPUs")
    return float(value)


def _flag(value: object, _: Reading) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _path(value: object, reading: Reading) -> Path:
    """`~/` is the manager's home; a relative path starts at the config's folder."""
    if not isinstance(value, str) or not value or "\0" in value:
        raise TypeError("a path")
    in_home, beside_file = reading.home / value[2:], reading.file.parent / value
    expanded = in_home if value.startswith("~/") else beside_file
    return Path(os.path.normpath(expanded))


def _paths(value: object, reading: Reading) -> tuple[Path, ...]:
    if not isinstance(value, list):
        raise TypeError("a list of paths")
    return tuple(_path(item, reading) for item in value)


def _texts(value: object, reading: Reading) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("a list of texts")
    return tuple(_text(item, reading) for item in value)


_KINDS: Mapping[str, Callable[[object, Reading], Any]] = {
    "str": _text,
    "int": _whole,
    "Size": _size,
    "float": _seconds,
    "float | None": _cpus,
    "Size | None": _size,
    "bool": _flag,
    "Path": _path,
    "Path | None": _path,
    "tuple[Path, ...]": _paths,
    "tuple[str, ...]": _texts,
    "Network": _text,
    "Isolation | None": _text,
}
"""By the type of the config's field, as it is written there."""


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


_FIELDS = {_camel(f.name): f.name for f in fields(Config) if f.name not in ("source", "notes")}
_TYPES = {_camel(f.name): str(f.type) for f in fields(Config)}
