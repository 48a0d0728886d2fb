"""geniejars.config.json and the embedded default."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path

import pytest

from geniejars import UsageError, embedded_config, load_config
from geniejars.accounts import manager_home
from geniejars.configfile import config_as_json, config_from_json
from geniejars.foreign_settings import note_writable

ANCESTORS_TEMPLATE = {
    "poolPrefix": "gjar",
    "poolSize": 5,
    "poolPadding": 3,
    "homeBase": "/home",
    "managerUser": "me",
    "managerGroup": "geniejars-mgr",
    "stateFile": "/srv/jars/state.json",
    "lockFile": "/srv/jars/state.lock",
    "backupDir": "~/geniejars-backups",
    "socketDir": "/srv/jars/sockets",
    "nodePath": "/usr/bin/node",
    "portBase": 10000,
    "portCount": 50,
    "portsPerGeniejars": 2,
    "commonUser": "gjarcommon",
    "commonDir": "/home/gjarcommon",
    "logDir": "/srv/jars/logs",
    "agentIdleTimeout": 300,
    "shutdownGraceMs": 10000,
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No config of the developer's own is found."""
    monkeypatch.delenv("GENIEJARS_HOME", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, **values: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "geniejars.config.json"
    path.write_text(json.dumps(values))
    return path


def test_all_keys_of_the_ancestor_are_accepted(tmp_path: Path) -> None:
    """A config of geniejars is a config of ours; the node binary is noted as unused."""
    config = load_config(write(tmp_path, **ANCESTORS_TEMPLATE))

    assert (config.pool_prefix, config.pool_size, config.port_base) == ("gjar", 5, 10000)
    assert config.backup_dir == manager_home() / "geniejars-backups"
    assert config.notes == ("nodePath is not used: agents run on Python; see pythonPath",)


@pytest.mark.parametrize("place", ["home", "home/work/deep", "root"])
def test_a_jar_does_not_configure_its_manager(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever works in a jar's home does not obey a config that lies there."""
    jar = tmp_path / "jars/jar001"
    for part in ("home", "root", "log", "backup", place):
        (jar / part).mkdir(parents=True, exist_ok=True)
    write(jar / place, pythonPath="./planted")
    monkeypatch.chdir(jar / place)
    config = load_config()

    assert config.source is None
    assert "may be a jar's" in config.notes[0]


@pytest.mark.parametrize("place", [".", "src/deep"])
def test_a_folder_that_a_jar_wrote_in_does_not_configure_the_manager(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was shared to be written in is not believed again, unless it is named."""
    shared = tmp_path / "shared"
    planted = write(shared / place, poolSize=7)
    monkeypatch.chdir(planted.parent)
    before = load_config().pool_size
    note_writable(shared)

    assert before == 7
    assert load_config().source is None
    assert load_config(planted).pool_size == 7


def test_the_embedded_default_needs_no_file(tmp_path: Path) -> None:
    """Everything lies below the state folder, and nothing is made by asking."""
    config = load_config()

    assert config.state_file == tmp_path / "state/jarbuild/state.json"
    assert config.home_base == tmp_path / "state/jarbuild/jars"
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("explicit", "variable", "here", "found"),
    [
        pytest.param(True, True, True, "explicit", id="the-named-one-first"),
        pytest.param(False, True, True, "variable", id="then-GENIEJARS_HOME"),
        pytest.param(False, False, True, "here", id="then-the-current-folder"),
        pytest.param(False, False, False, "jar", id="then-the-embedded-default"),
    ],
)
def test_where_a_config_is_looked_for(
    explicit: bool,
    variable: bool,
    here: bool,
    found: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ancestor's order, with a default of ours at its end."""
    named = write(tmp_path / "a", poolPrefix="explicit") if explicit else None
    if variable:
        monkeypatch.setenv("GENIEJARS_HOME", str(tmp_path / "b"))
        write(tmp_path / "b", poolPrefix="variable")
    if here:
        write(tmp_path, poolPrefix="here")

    assert load_config(named).pool_prefix == found


@pytest.mark.parametrize(
    ("values", "message", "help"),
    [
        pytest.param({"poolsize": 3}, "no key 'poolsize'", "poolSize", id="mistyped-key"),
        pytest.param({"zebra": 3}, "no key 'zebra'", "known are", id="unknown-key"),
        pytest.param({"poolSize": "3"}, 'whole number, not "3"', None, id="text-for-number"),
        pytest.param({"poolSize": True}, "whole number, not true", None, id="flag-for-number"),
        pytest.param({"poolSize": 0}, "poolSize must be at least 1", "edit", id="no-jars"),
        pytest.param({"homeBase": 3}, "homeBase must be a path", None, id="number-for-path"),
        pytest.param({"poolPrefix": "../x"}, "poolPrefix", "edit", id="prefix-is-a-path"),
        pytest.param({"commonDir": "/a b"}, "commonDir must have no", "edit", id="common-space"),
        pytest.param({"commonDir": "/a$b"}, "commonDir must have no", "edit", id="common-dollar"),
        pytest.param({"commonDir": "/a'b"}, "commonDir must have no", "edit", id="common-quote"),
        pytest.param({"portBase": 65535}, "portBase and portCount", "edit", id="ports-beyond"),
        pytest.param({"isolation": "none"}, "isolation: one of", "edit", id="unknown-isolation"),
        pytest.param({"cacheMaxSize": "big"}, "a size such as", None, id="no-size"),
        pytest.param({"cacheMaxSize": -1}, "cacheMaxSize must not", "edit", id="negative-size"),
        pytest.param({"expose": "/opt"}, "expose must be a list", None, id="path-for-list"),
    ],
)
def test_what_cannot_be_right_is_refused(
    values: dict[str, object], message: str, help: str | None, tmp_path: Path
) -> None:
    """Each mistake has its own message, and a suggestion where one is likely."""
    with pytest.raises(UsageError) as caught:
        load_config(write(tmp_path, **values))

    assert message in caught.value.message
    assert help is None or help in (caught.value.help or "")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"{", id="truncated"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"\xff\xfe", id="bytes"),
    ],
)
def test_a_file_that_is_no_object_is_refused(content: bytes, tmp_path: Path) -> None:
    """The error names the file."""
    path = tmp_path / "geniejars.config.json"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=r"geniejars\.config\.json"):
        load_config(path)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    """No silent default where a file was asked for."""
    with pytest.raises(UsageError, match="No such file"):
        load_config(tmp_path / "nothing.json")


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """What a config means does not depend on where a command is typed."""
    config = load_config(write(tmp_path / "project", stateFile="pool/state.json"))

    assert config.state_file == tmp_path / "project/pool/state.json"
    assert config.socket_dir == tmp_path / "project/pool/run"


def test_home_comes_from_the_password_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """cron and systemd set no HOME."""
    monkeypatch.delenv("HOME")

    assert manager_home() == Path(pwd.getpwuid(os.getuid()).pw_dir)


def test_a_relative_state_home_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """The XDG specification says so."""
    monkeypatch.setenv("XDG_STATE_HOME", "state")

    assert embedded_config().state_dir.name == "jarbuild"
    assert embedded_config().state_dir.parent != Path("state")


def test_there_is_no_common_folder_below_a_path_with_blanks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`${COMMON}` is written into commands as it is, so the default leaves it out there."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "with blank"))

    assert embedded_config().common_dir is None


@pytest.mark.parametrize(
    ("written", "size"),
    [
        pytest.param(7, 7, id="number"),
        pytest.param("7", 7, id="digits"),
        pytest.param("20GB", 20 * 10**9, id="decimal"),
        pytest.param("500 mb", 500 * 10**6, id="blank-and-small-letters"),
        pytest.param("1.5GiB", 3 * 2**29, id="binary"),
        pytest.param("2k", 2000, id="short"),
        pytest.param("8B", 8, id="bytes"),
    ],
)
def test_sizes(written: object, size: int, tmp_path: Path) -> None:
    """As people write them."""
    assert load_config(write(tmp_path, cacheMaxSize=written)).cache_max_size == size


def test_a_config_survives_the_way_to_the_server(tmp_path: Path) -> None:
    """The server works with what the command read."""
    config = load_config(write(tmp_path, expose=["/opt"], isolation="weak", agentIdleTimeout=1.5))

    there = config_from_json(config_as_json(config))

    assert (there.expose, there.isolation, there.agent_idle_timeout) == (
        (Path("/opt"),),
        "weak",
        1.5,
    )
    assert there.state_file == config.state_file


@pytest.mark.parametrize(
    "written, size",
    [("512MiB", 512 << 20), ("2GB", 2 * 10**9), (1 << 20, 1 << 20), ("1048576", 1 << 20)],
)
def test_bounds_of_memory_are_sizes(tmp_path: Path, written: object, size: int) -> None:
    """With a unit, or plain bytes, and they survive the way to the server."""
    config = load_config(write(tmp_path, memoryMax=written))

    assert config.memory_max == size
    assert config_from_json(config_as_json(config)).memory_max == size


@pytest.mark.parametrize(
    "values",
    [
        {"memoryMax": "2 horses"}, {"memoryMax": True}, {"memoryMax": "1K"}, {"memoryMax": -1},
        {"cpuMax": 0}, {"cpuMax": "2"}, {"processMax": 1}, {"tmpSize": "much"}, {"nested": 1},
        {"allowHosts": ["pypi.org"]}, {"network": "filtered", "allowHosts": ["https://x"]},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_bounds_and_hosts_are_errors(tmp_path: Path, values: dict[str, object]) -> None:
    """A bound that is none, and hosts that nothing looks at."""
    with pytest.raises(UsageError):
        load_config(write(tmp_path, **values))
