"""The pool's state: who has which jar, whatever happens at the same time."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import evolve

import geniejars
from geniejars import Config, MachineError, Prepared, Tree, UsageError, read_state
from geniejars.aliases import rename
from geniejars.config import default_config
from geniejars.environment import app_environment
from geniejars.facts import first_id, write_facts, written_fingerprint
from geniejars.folders import make_folder, make_state_folders
from geniejars.home import Home
from geniejars.ids import IdBlock
from geniejars.plan import Health
from geniejars.prepared import prepared_as_json, prepared_from_json
from geniejars.state import changing_state, initial_state, jfiles_in, write_state

PROCESSES = multiprocessing.get_context("fork")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return evolve(
        default_config(tmp_path / "state/state.json"), pool_size=60, port_base=41000, port_count=120
    )


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_pool_is_free(config: Config) -> None:
    """Without a state file everything is free, and none is made by looking."""
    state = read_state(config)

    assert len(geniejars.free_names(state)) == 60
    assert set(state["ports"].values()) == {"free"}
    assert not config.state_dir.exists()


def test_the_state_file_has_the_ancestors_shape(config: Config) -> None:
    """Scripts that read it keep working."""
    name = geniejars.allocate(config, tag="web")

    written = json.loads(config.state_file.read_text())

    entry = written["pool"][name]
    assert written["version"] == 1
    assert (entry["status"], entry["tag"], entry["allocatedBy"]) == (
        "occupied",
        "web",
        config.manager_user,
    )
    assert [written["ports"][str(port)] for port in entry["ports"]] == [name, name]


def test_state_is_the_managers_alone(config: Config) -> None:
    """Nobody else can list the folder, read the state or look at a secret; the ids of root's
    jars may pass to their homes."""
    name = geniejars.allocate(config)
    geniejars.keep_secrets(config, name, {"KEY": "value"})

    secret = config.secrets_dir / f"{name}.json"
    modes = [mode(p) for p in (config.state_dir, config.state_file, config.secrets_dir, secret)]
    assert modes == [0o711 if os.getuid() == 0 else 0o700, 0o600, 0o700, 0o600]


def test_secrets_go_with_their_tenant(config: Config) -> None:
    """A jar that is given back keeps no value, and the state never holds one."""
    name = geniejars.allocate(config)
    geniejars.keep_secrets(config, name, {"KEY": "canary"})
    assert geniejars.kept_secrets(config, name) == {"KEY": "canary"}

    geniejars.deallocate(config, name)

    assert geniejars.kept_secrets(config, name) == {}
    assert b"canary" not in b"".join(p.read_bytes() for p in config.state_dir.rglob("*.json"))


def test_each_tenant_has_an_allocation_of_its_own(config: Config) -> None:
    """A key that names the allocation never fits the next tenant of the same jar."""
    first = geniejars.allocate(config)
    before = read_state(config)["pool"][first]["allocation"]
    geniejars.deallocate(config, first)

    second = geniejars.allocate(config)

    assert second == first
    assert read_state(config)["pool"][second]["allocation"] not in (None, before)


def test_a_jar_is_found_by_its_jfile(config: Config, tmp_path: Path) -> None:
    """By real path, and only while it is allocated."""
    jfile = tmp_path / "JFile"
    jfile.touch()
    (tmp_path / "link").symlink_to(jfile)

    name = geniejars.allocate(config, jfile=jfile)

    assert geniejars.bound_jar(read_state(config), tmp_path / "link") == name
    geniejars.deallocate(config, name)
    assert geniejars.bound_jar(read_state(config), jfile) is None


def test_an_exhausted_pool_says_so(config: Config) -> None:
    """With the command that shows who has the jars."""
    small = evolve(config, pool_size=1)
    geniejars.allocate(small)

    with pytest.raises(MachineError, match="all 1 jars are taken") as caught:
        geniejars.allocate(small)

    assert "geniejars status" in (caught.value.help or "")


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        pytest.param("jar01", "jar001", id="near-a-name"),
        pytest.param("web_2", "web_1", id="near-an-alias"),
        pytest.param("elephant", "geniejars status", id="near-nothing"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(
    asked: str, hint: str, config: Config
) -> None:
    """resolve_name accepts names and aliases."""
    state = initial_state(config)
    state["pool"]["jar007"]["alias"] = "web_1"
    state["pool"]["jar001"]["status"] = "occupied"

    with pytest.raises(UsageError) as caught:
        geniejars.resolve_name(state, asked)

    assert geniejars.resolve_name(state, "web_1") == "jar007"
    assert hint in (caught.value.help or "")


def test_giving_back_a_free_jar_is_a_mistake(config: Config) -> None:
    """The ancestor refuses it, too."""
    with pytest.raises(UsageError, match="not allocated"):
        geniejars.deallocate(config, "jar001")


def test_aliases_count_on_and_stay_with_their_tag(config: Config) -> None:
    """The highest number in use plus one; building the same tag again changes nothing."""
    state = initial_state(config)

    names = [rename(state, jar, tag) for jar, tag in STORY]

    assert names == ["web_1", "web_2", "web_1", None, "web_3", "db_1"]


STORY = [
    ("jar001", "web"),
    ("jar002", "web"),
    ("jar001", "web"),
    ("jar001", None),
    ("jar003", "web"),
    ("jar002", "db"),
]


def test_a_build_is_settled_in_two_steps(config: Config) -> None:
    """What a home is about to become is noted before, and is the state after."""
    name = geniejars.allocate(config)
    home = Home(config, name, print, print)
    tree = Tree("0" * 64)

    home.expect(tree, Prepared(tag="web", cmd=("run",), env={"A": "1"}))
    pending = read_state(config)["pool"][name]
    alias = home.settle()

    settled = read_state(config)["pool"][name]
    assert (pending["tree"], pending["prepared"], alias) == (None, None, "web_1")
    assert (settled["tree"], settled["pending"]) == (tree.digest, None)
    assert settled["prepared"] is not None
    assert settled["prepared"]["cmd"] == ["run"]


def test_what_a_build_prepared_comes_back_whole() -> None:
    """The state file keeps every field."""
    prepared = Prepared(
        tag="web",
        cmd=("a", "b"),
        workdir="app",
        env={"A": "1"},
        imports=("KEY",),
        added_paths=("/x",),
        stop_signal="INT",
        health=Health(("true",), 30.0, 3.0, 1.0, 3),
        persist=("data",),
    )

    assert prepared_from_json(json.loads(json.dumps(prepared_as_json(prepared)))) == prepared


def test_the_ancestors_prepared_is_understood() -> None:
    """A state file of geniejars 0.2.13 has fewer fields."""
    old = {"tag": None, "cmd": ["x"], "workdir": "app", "env": {}, "addedPaths": ["/x"]}

    assert prepared_from_json(old) == Prepared(cmd=("x",), workdir="app", added_paths=("/x",))


def test_what_an_app_starts_with() -> None:
    """PORT_n, then PATH behind the ADDPATHs, then ENV, then IMPORT: the later wins."""
    env = app_environment([7, 8], ["/x"], {"A": "env", "B": "env"}, {"B": "secret"})

    assert env["PATH"].startswith("/x:/usr/local/sbin:")
    assert {k: env[k] for k in ("PORT_1", "PORT_2", "A", "B")} == {
        "PORT_1": "7",
        "PORT_2": "8",
        "A": "env",
        "B": "secret",
    }


def test_a_pool_may_grow_and_shrink(config: Config) -> None:
    """What is taken stays; what is free follows the config."""
    small = evolve(config, pool_size=2, port_count=4)
    names = [geniejars.allocate(small) for _ in range(2)]

    grown = read_state(evolve(small, pool_size=3, port_count=6))
    shrunk = read_state(evolve(small, pool_size=1, port_count=0))

    assert list(grown["pool"]) == ["jar001", "jar002", "jar003"]
    assert geniejars.occupied_names(shrunk) == names
    assert len(shrunk["ports"]) == 4


def test_a_damaged_state_file_has_a_copy(config: Config) -> None:
    """Who has which jar is not lost with one file."""
    with changing_state(config) as state:
        state["pool"]["jar001"]["status"] = "occupied"
    before = read_state(config)
    config.state_file.write_text(config.state_file.read_text()[:-20])

    assert read_state(config) == before
    assert before["pool"]["jar001"]["status"] == "occupied"


def flips(file: Path) -> Iterator[int]:
    """Some two hundred bits, one after the other; the file is whole again afterwards."""
    content = file.read_bytes()
    for at in range(0, len(content), len(content) // 200 or 1):
        file.write_bytes(content[:at] + bytes([content[at] ^ 1 << at % 7]) + content[at + 1 :])
        yield at
    file.write_bytes(content)


def test_a_flipped_bit_of_a_state_is_noticed(config: Config) -> None:
    """Wherever it is: the copy counts, and without one nothing is believed."""
    geniejars.allocate(config, tag="web")
    before, content = read_state(config), config.state_file.read_bytes()
    for at in flips(config.state_file):
        assert read_state(config) == before, at
    config.state_file.write_bytes(content.replace(b"web", b"wec"))
    with pytest.raises(ValueError, match="damaged"):
        jfiles_in(config.state_file)


def test_a_flipped_bit_of_a_secret_is_noticed(config: Config) -> None:
    """No app is started with another value than that of its build."""
    geniejars.keep_secrets(config, "jar001", {"KEY": "value"})
    for at in flips(config.secrets_dir / "jar001.json"):
        try:
            found = geniejars.kept_secrets(config, "jar001")
        except MachineError as error:
            assert error.help == "build jar001 again"
        else:
            assert found == {"KEY": "value"}, at


def test_a_flipped_bit_of_facts_is_noticed(config: Config) -> None:
    """No jar is taken for another user, and the server is one to be replaced."""
    make_state_folders(config)
    write_facts(config, IdBlock(20_000, 4))
    before = written_fingerprint(config)
    for at in flips(config.facts_file):
        try:
            assert (first_id(config), written_fingerprint(config)) == (20_000, before), at
        except (ValueError, KeyError):
            assert written_fingerprint(config) == "", at


def test_a_state_without_a_seal(config: Config) -> None:
    """The ancestor writes none."""
    geniejars.allocate(config, tag="web")
    written = json.loads(config.state_file.read_text())
    del written["seal"]
    written["pool"]["jar001"]["tag"] = "other"
    config.state_file.write_text(json.dumps(written))

    assert read_state(config)["pool"]["jar001"]["tag"] == "other"


@pytest.mark.parametrize("content", ["{", "[]", '{"pool": 3}', '{"updated": "", "pool": {"a": 1}}'])
def test_a_damaged_state_file_is_an_error(content: str, config: Config) -> None:
    """Never a silent empty pool: jars may be in use."""
    make_state_folders(config)
    config.state_file.write_text(content)

    with pytest.raises(MachineError, match="damaged"):
        read_state(config)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_state_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """What is in it cannot be trusted."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, 12345, 12345)

    with pytest.raises(MachineError, match="belongs to uid 12345") as caught:
        make_folder(folder, 0o700)

    assert caught.value.code == "foreign-state"


def test_a_strict_umask_does_not_shut_jars_out(config: Config) -> None:
    """Without namespaces a jar's own id passes the folder of the jars."""
    before = os.umask(0o077)
    try:
        make_state_folders(config)
    finally:
        os.umask(before)

    assert mode(config.home_base) == 0o711


def test_a_state_folder_that_everybody_writes_is_refused(tmp_path: Path) -> None:
    """As /tmp is, where the ancestor's template had its state."""
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o1777)

    with pytest.raises(MachineError, match="everybody can write"):
        make_folder(folder, 0o700)


def _run_all(work: Callable[[int], None], count: int) -> list[int | None]:
    processes = [PROCESSES.Process(target=work, args=(n,)) for n in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def test_fifty_processes_never_share_a_jar_or_a_port(config: Config, tmp_path: Path) -> None:
    """Each takes two jars and gives one back, all at once."""

    def take_two(n: int) -> None:
        geniejars.deallocate(config, geniejars.allocate(config))
        (tmp_path / f"got{n}").write_text(geniejars.allocate(config))

    codes = _run_all(take_two, 50)

    taken = [path.read_text() for path in tmp_path.glob("got*")]
    state = read_state(config)
    ports = [port for name in taken for port in state["pool"][name]["ports"] or ()]
    assert codes == [0] * 50
    assert sorted(taken) == sorted(geniejars.occupied_names(state))
    assert len(set(ports)) == len(ports) == 100


def test_the_state_is_readable_at_any_instant(config: Config) -> None:
    """A reader needs no lock: it sees the state before a change or after it."""

    def change(_: int) -> None:
        for _round in range(10):
            geniejars.deallocate(config, geniejars.allocate(config))

    make_state_folders(config)
    writer = PROCESSES.Process(target=change, args=(0,))
    writer.start()
    sizes = set()
    while writer.is_alive():
        sizes.add(len(geniejars.occupied_names(read_state(config))))
    writer.join()

    assert writer.exitcode == 0
    assert sizes <= {0, 1}


def test_a_killed_holder_leaves_no_lock(config: Config) -> None:
    """kill -9 in the middle of a change: nothing is lost and nobody waits for ever."""
    write_state_once(config)

    def hang(_: int) -> None:
        with changing_state(config) as state:
            state["pool"]["jar001"]["tag"] = "half"
            os.kill(os.getpid(), signal.SIGKILL)

    codes = _run_all(hang, 1)

    name = geniejars.allocate(config)
    assert codes == [-signal.SIGKILL]
    assert (name, read_state(config)["pool"]["jar001"]["tag"]) == ("jar001", None)


def write_state_once(config: Config) -> None:
    with geniejars.acquire_lock(config):
        write_state(config, read_state(config))


def test_no_change_is_written_when_it_fails(config: Config) -> None:
    """An exception leaves the file as it was."""
    write_state_once(config)
    before = config.state_file.read_bytes()

    with pytest.raises(UsageError), changing_state(config) as state:
        state["pool"]["jar001"]["tag"] = "half"
        raise UsageError("no")

    assert config.state_file.read_bytes() == before
