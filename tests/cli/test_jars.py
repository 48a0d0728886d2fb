"""The pool's commands, with agents that only remember."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_jars import RUNNING, FakeAgent

from geniejars import RunningAgent, load_config, read_state
from jfile import parse


def test_alloc_prints_the_name(project, agent: FakeAgent) -> None:
    """`JAR=$(geniejars alloc)` works; each gets ports of its own."""
    here = project({})
    names = [here.jars("alloc").out for _ in range(2)]
    pool = read_state(load_config())["pool"]

    assert names == ["jar001\n", "jar002\n"]
    assert not set(pool["jar001"]["ports"]) & set(pool["jar002"]["ports"])


@pytest.mark.parametrize("option", ["-s", "--select"])
def test_alloc_selects(project, agent: FakeAgent, option: str) -> None:
    """With -s the new jar is the one for the next commands in this folder."""
    here = project({})
    here.jars("alloc", option)

    assert here.read(".geniejars-selected") == "jar001\n"


def test_free_gives_back(here) -> None:
    """A freed jar is free, and no longer selected."""
    here.jars("select", "web_1")
    outcome = here.jars("free")

    assert (outcome.exit, outcome.out) == (0, "Released: jar001\n")
    assert read_state(load_config())["pool"]["jar001"]["status"] == "free"
    assert not (here.folder / ".geniejars-selected").exists()


def test_free_leaves_another_selection(here) -> None:
    """Freeing a jar that is not the selected one changes no selection."""
    here.jars("select", "jar002")
    here.jars("free", "web_1")

    assert here.read(".geniejars-selected") == "jar002\n"


def test_status(here, agent: FakeAgent) -> None:
    """The table has the ancestor's columns, and the ports."""
    agent.status_ = RUNNING
    lines = here.jars("status").out.splitlines()

    assert lines[0].split() == ["NAME", "ALIAS", "STATUS", "PROCESS", "ALLOCATED", "AT", "PORTS"]
    assert set(lines[1]) == {"-"}
    assert lines[2].split()[:6] == ["jar001", "web_1", "occupied", "running", "(pid", "23)"]
    assert lines[2].split()[-2:] == ["20000", "20001"]
    assert lines[3].startswith("jar002  -      occupied")
    assert lines[4:] == ["(98 more are free)", "", "Selected: (none)"]


def test_status_as_json(here) -> None:
    """The ancestor's state, and no secret in it."""
    out = here.jars("status", "--json").out
    state = json.loads(out)

    assert state["version"] == 1
    assert state["pool"]["jar001"]["prepared"]["cmd"] == ["serve", "--all"]
    assert "s3cret" not in out


@pytest.mark.parametrize("given", ["jar001", "web_1"])
def test_select(here, given: str) -> None:
    """A jar is selected by its name or its alias, and unselected again."""
    selected = here.jars("select", given)
    noted = here.read(".geniejars-selected")
    cleared = here.jars("unselect")

    assert (selected.out, noted) == ("Selected: jar001\n", "jar001\n")
    assert cleared.out == "Selection cleared\n"
    assert not (here.folder / ".geniejars-selected").exists()


NO_JAR = [
    pytest.param(["exec", "ls"], "no jar selected", id="exec"),
    pytest.param(["exec", "wbe_1", "ls"], "did you mean web_1?", id="mistyped-alias"),
    pytest.param(["app", "up"], "no jar selected", id="app"),
    pytest.param(["logs", "jar003"], "jar003 is not allocated", id="free-jar"),
    pytest.param(["select", "jar003"], "jar003 is not allocated", id="select-a-free-jar"),
    pytest.param(["free", "jar003"], "jar003 is not allocated", id="free-a-free-jar"),
    pytest.param(["exec", "web_1"], "no command given", id="no-command"),
    pytest.param(["app", "up", "jar002"], "jar002 has no CMD to start", id="no-cmd"),
    pytest.param(["mount", "./link"], "no jar selected", id="mount"),
    pytest.param(["app", "down"], "no jar selected", id="app-down"),
    pytest.param(["app", "restart"], "no jar selected", id="app-restart"),
    pytest.param(["app", "status"], "no jar selected", id="app-status"),
    pytest.param(["free"], "no jar selected", id="free"),
    pytest.param(["shell"], "no jar selected", id="shell"),
    pytest.param(["logs"], "no jar selected", id="logs"),
    pytest.param(["diff"], "no jar selected", id="diff"),
    pytest.param(["reset"], "no jar selected", id="reset"),
    pytest.param(["normalize"], "no jar selected", id="normalize"),
    pytest.param(["backup"], "no jar selected", id="backup"),
    pytest.param(["restore", "a.tar.gz"], "no jar selected", id="restore"),
    pytest.param(["mount", "a", "b", "c"], "there is no jar 'a'", id="mount-too-many"),
    pytest.param(["unmount", "nope"], "there is no ", id="unmount"),
    pytest.param(["restore", "web_1", "nope.tar.gz"], "cannot read nope.tar.gz", id="no-archive"),
]


@pytest.mark.parametrize("words, message", NO_JAR)
def test_no_such_jar(here, words: list[str], message: str) -> None:
    """What is missing is said in one message, with exit code 2."""
    outcome = here.jars(*words)

    assert (outcome.exit, outcome.out) == (2, "")
    assert message in outcome.err


@pytest.mark.parametrize("words, private", [([], False), (["--private"], True)])
def test_normalize(here, agent: FakeAgent, words: list[str], private: bool) -> None:
    """Private entries only where that is asked for."""
    outcome = here.jars("normalize", *words, "web_1")

    assert (outcome.out, agent.said("normalize")) == ("Normalized: jar001\n", {"private": private})


def test_mount(here) -> None:
    """A link to the home, and away again."""
    home = read_home("jar001")
    made = here.jars("mount", "web_1", "./web")
    target = (here.folder / "web").readlink()
    gone = here.jars("unmount", "./web")

    assert made.out == f"Mounted: {here.folder}/web -> {home}\n"
    assert str(target) == home
    assert gone.out == f"Unmounted: {here.folder}/web\n"
    assert not (here.folder / "web").is_symlink()


def read_home(name: str) -> str:
    return str(load_config().home_base / name / "home")


def test_mount_of_the_selected_jar(here) -> None:
    """A single word is the link."""
    here.jars("select", "jar002")
    here.jars("mount", "jar001")

    assert str((here.folder / "jar001").readlink()) == read_home("jar002")


def test_mount_common(here) -> None:
    """-C links the common folder, which exists from then on."""
    here.jars("mount", "-C", "./common")

    assert (here.folder / "common").is_dir()


def test_mount_over_something(here) -> None:
    """What is there is left alone."""
    (here.folder / "web").write_text("mine")
    outcome = here.jars("mount", "web_1", "web")

    assert outcome.exit == 2
    assert "File exists" in outcome.err
    assert here.read("web") == "mine"


BUILDS = [
    pytest.param(None, [], None, ".", id="bare"),
    pytest.param(None, ["app"], None, "app", id="folder"),
    pytest.param(None, ["web_1"], "web_1", ".", id="jar"),
    pytest.param(None, ["web_1", "app"], "web_1", "app", id="jar-and-folder"),
    pytest.param("jar002", ["app"], None, "app", id="folder-into-the-selected"),
    pytest.param("jar002", ["web_1", "app"], "web_1", "app", id="a-name-wins"),
    pytest.param("jar002", ["both_1"], None, "both_1", id="a-folder-wins-over-a-name"),
]


@pytest.mark.parametrize("selected, words, jar, path", BUILDS)
def test_build_forms(
    here, build, selected: str | None, words: list[str], jar: str | None, path: str
) -> None:
    """The ancestor's three forms, each with every option of a build."""
    for name in ("app", "both_1"):
        (here.folder / name).mkdir()
    if selected:
        here.jars("select", selected)
    here.jars("build", *words, "--no-cache")

    assert [(o.jar, o.path, o.no_cache) for o in build.asked] == [(jar, path, True)]


def test_example_install(project) -> None:
    """It installs once, says what to do, and what it installs is a JFile that parses."""
    here = project({})
    installed = here.jars("example", "install")
    again = here.jars("example", "install")

    assert "geniejars build ./geniejars-example/helloworld" in installed.out
    assert parse(here.read("geniejars-example/helloworld/JFile"), "JFile").directives
    assert (again.exit, "already exists" in again.err) == (2, True)


def test_preconfig(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it writes is a config that loads, with no path in /tmp; a second time it refuses."""
    here = project({})
    monkeypatch.setenv("HOME", str(here.folder))
    written = here.jars("preconfig")
    again = here.jars("preconfig")
    config = load_config()

    assert written.out.startswith(f"geniejars.config.json created in {here.folder}\n")
    assert len(json.loads(here.read("geniejars.config.json"))) == 20
    assert (config.pool_prefix, config.pool_size) == ("gjar", 5)
    assert '": "/tmp/' not in here.read("geniejars.config.json")
    assert (again.exit, "already exists" in again.err) == (2, True)


@pytest.mark.parametrize(
    "word, title",
    [
        pytest.param("readme", "# jarbuild", id="readme"),
        pytest.param("common-issues", "# When something does not work", id="common-issues"),
    ],
)
def test_texts(project, word: str, title: str) -> None:
    """The texts are there, wherever the program was installed from."""
    outcome = project({}).jars(word)

    assert outcome.exit == 0
    assert title in outcome.out.splitlines()


def test_restore_needs_a_quiet_jar(here, agent: FakeAgent) -> None:
    """A home is not replaced under a running app."""
    agent.status_ = RUNNING
    Path("a.tar.gz").write_bytes(b"")
    outcome = here.jars("restore", "web_1", "a.tar.gz")

    assert (outcome.exit, outcome.out) == (2, "")
    assert "something runs in jar001" in outcome.err


def test_agents_for_programs(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sys status --json` lists what runs, sorted."""
    agents = (RunningAgent("jar002", "build", 8), RunningAgent("jar001", "live", 7))
    monkeypatch.setattr("jarbuild.commands.jars.sys.list_agents", lambda config: agents)
    outcome = project({}).jars("sys", "status", "--json")

    assert json.loads(outcome.out) == [
        {"jar": "jar001", "role": "live", "pid": 7},
        {"jar": "jar002", "role": "build", "pid": 8},
    ]
