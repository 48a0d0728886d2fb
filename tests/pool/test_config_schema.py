"""The config's JSON Schema, which editors use, says what the code does."""

from __future__ import annotations

import json
import pwd
from argparse import Namespace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from geniejars import SCHEMA_FILE, UsageError, load_config
from geniejars.config import default_config
from geniejars.configfile import _FIELDS, IGNORED_KEYS
from jarbuild.commands.jars import preconfig
from jarbuild.display.screen import standard_screen

SCHEMA: dict[str, Any] = json.loads(SCHEMA_FILE.read_text("utf-8"))


def is_valid(values: dict[str, Any]) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(values)


def test_it_is_a_schema_of_all_keys() -> None:
    """Each key is explained, and there is no other."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    keys = SCHEMA["properties"]

    assert keys.keys() == {*_FIELDS, *IGNORED_KEYS}
    assert all("description" in keys[key] for key in keys if key != "$schema")


def test_its_defaults_are_the_codes() -> None:
    """What an editor shows is what happens."""
    config = default_config(Path("/state/state.json"))
    keys = SCHEMA["properties"]
    shown = {key: about["default"] for key, about in keys.items() if "default" in about}
    used = {key: getattr(config, _FIELDS[key]) for key in shown}

    assert shown == {key: list(v) if isinstance(v, tuple) else v for key, v in used.items()}


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"poolSiz": 3}, id="unknown-key"),
        pytest.param({"poolSize": "3"}, id="text-for-number"),
        pytest.param({"poolSize": 0}, id="no-jar"),
        pytest.param({"poolSize": True}, id="flag-for-number"),
        pytest.param({"poolPadding": 10}, id="padding"),
        pytest.param({"poolPrefix": "1x"}, id="prefix"),
        pytest.param({"homeBase": ""}, id="empty-path"),
        pytest.param({"homeBase": None}, id="no-path"),
        pytest.param({"commonDir": "/with blank"}, id="blank"),
        pytest.param({"commonDir": "/a$b"}, id="dollar"),
        pytest.param({"commonDir": "/a\\b"}, id="backslash"),
        pytest.param({"agentIdleTimeout": -1}, id="negative"),
        pytest.param({"portCount": 1.5}, id="fraction"),
        pytest.param({"portBase": 65536}, id="port"),
        pytest.param({"network": "hosts"}, id="network"),
        pytest.param({"isolation": "most"}, id="isolation"),
        pytest.param({"expose": "/opt"}, id="no-list"),
        pytest.param({"forwardProxy": "yes"}, id="no-flag"),
    ],
)
def test_both_refuse(values: dict[str, Any], tmp_path: Path) -> None:
    """An editor marks what the commands refuse."""
    file = tmp_path / "geniejars.config.json"
    file.write_text(json.dumps(values))

    assert not is_valid(values)
    with pytest.raises(UsageError):
        load_config(file)


def test_the_template_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`preconfig` writes what both take, for this user, and names the schema."""
    monkeypatch.chdir(tmp_path)
    preconfig.run(Namespace(), standard_screen())
    values = json.loads(Path("geniejars.config.json").read_text())
    config = load_config(tmp_path / "geniejars.config.json")

    assert is_valid(values)
    assert values["$schema"] == SCHEMA_FILE.as_uri()
    assert config.home_base == Path("/var/lib/geniejars/gjar/jars")
    assert "/tmp" not in json.dumps({**values, "$schema": None})  # noqa: S108


def test_what_is_left_out_is_the_managers(tmp_path: Path) -> None:
    """Root reads a config as its manager does: `~/`, group and state are that user's."""
    manager = next(u for u in pwd.getpwall() if u.pw_name in ("daemon", "bin", "nobody"))
    file = tmp_path / "geniejars.config.json"
    file.write_text(json.dumps({"managerUser": manager.pw_name, "backupDir": "~/backups"}))
    config = load_config(file)

    assert config.backup_dir == Path(manager.pw_dir, "backups")
    assert config.state_file == Path(manager.pw_dir, ".local/state/jarbuild/state.json")
    assert config.common_user == manager.pw_name
