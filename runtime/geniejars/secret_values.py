"""The values of IMPORTs: kept apart from the state, which people print and send around."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from genieagent.sealed import sealed_text, unsealed
from geniejars.config import Config
from geniejars.errors import MachineError, flaw
from geniejars.folders import make_folder
from geniejars.state import replace_private


def keep_secrets(config: Config, name: str, values: Mapping[str, str]) -> None:
    """What a jar's app shall get when it starts; replaces what was kept before."""
    make_folder(config.secrets_dir, 0o700)
    file, text = _file(config, name), sealed_text({"values": dict(values)})
    if not _holds(file, text):
        replace_private(file, text)


def kept_secrets(config: Config, name: str) -> dict[str, str]:
    """The values by name; empty where none are kept."""
    try:
        values: dict[str, str] = unsealed(_file(config, name).read_text("utf-8"))["values"]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError) as error:
        raise MachineError(
            f"the values of {name}'s IMPORTs are lost: {flaw(error)}", help=f"build {name} again"
        ) from error
    return values


def forget_secrets(config: Config, name: str) -> None:
    _file(config, name).unlink(missing_ok=True)


def _holds(file: Path, text: str) -> bool:
    try:
        is_private = file.stat().st_mode & 0o077 == 0
        return is_private and file.read_text("utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def _file(config: Config, name: str) -> Path:
    return config.secrets_dir / f"{name}.json"
