"""The values of IMPORTs: kept apart from the state, which people print and send around."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from geniejars.config import Config
from geniejars.errors import MachineError
from geniejars.folders import make_folder
from geniejars.state import replace_private


def keep_secrets(config: Config, name: str, values: Mapping[str, str]) -> None:
    """What a jar's app shall get when it starts; replaces what was kept before."""
    make_folder(config.secrets_dir, 0o700)
    replace_private(_file(config, name), json.dumps(dict(values)))


def kept_secrets(config: Config, name: str) -> dict[str, str]:
    """The values by name; empty where none are kept."""
    try:
        values: dict[str, str] = json.loads(_file(config, name).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise MachineError(
            f"cannot read {name}'s secrets: {error}", help=f"build {name} again"
        ) from error
    return values


def forget_secrets(config: Config, name: str) -> None:
    _file(config, name).unlink(missing_ok=True)


def _file(config: Config, name: str) -> Path:
    return config.secrets_dir / f"{name}.json"
