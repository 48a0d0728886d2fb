"""Every mistake that can be made at the keyboard: what it is, and what to do about it.

Each is provoked as a person would, and read as the person who has to act on it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from geniejars import allocate, load_config
from jarbuild.lint.settings import forget_settings

CONFIG = "geniejars.config.json"
SEEN = "jarbuild context lists what is seen there"


def wrong(
    id: str, jfile: str, message: str, help: str, place: str | None = None, **files: str
) -> Any:
    """A JFile, with the files beside it; `place` is where the caret stands."""
    return pytest.param(jfile, files, message, help, place, id=id)


JFILES = [
    wrong("no-directive", "RNU x", "unknown directive RNU", "did you mean RUN?", "1:1"),
    wrong("import", "IMPORT UNSET", "UNSET: not set in your environment", "export UNSET=", "1:8"),
    wrong("arg", "ARG V", "ARG V has no value", "give it one: --arg V=VALUE", "1:1"),
    wrong("depend", "DEPEND /no/x", "dependency not found: /no/x", "install it there", "1:8"),
    wrong("source", "COPY a b", "a does not exist", "sources are looked up in", "1:6"),
    wrong("near", "COPY pakage b", "pakage does", "did you mean package?", "1:6", package=""),
    wrong("glob", "COPY *.x b/", "*.x matches nothing in", SEEN, "1:6"),
    wrong("ignored", "COPY a b", "a is left out by .jarignore", "context --why a names the line",
          "1:6", **{"a": "", ".jarignore": "a\n"}),
    wrong("several", "COPY a b c", "2 sources cannot all become c", "write c/", "1:10", a="", b=""),
    wrong("dest", "COPY a ../x", "../x is not in the home", "begins with /home/jar", "1:8", a=""),
    wrong("absolute-dest", "COPY a /etc/x", "/etc/x is not in the home", "relative to the home",
          "1:8", a=""),
    wrong("workdir", "WORKDIR /srv", "/srv is not in the home", "relative to the home", "1:9"),
    wrong("persist", "PERSIST .", "PERSIST cannot be the whole home", "name the folder", "1:9"),
    wrong("home-as-cache", "RUN --mount=type=cache,target=. x",
          "the home itself cannot be a cache", "name a folder in it", "1:31"),
    wrong("one-target", "RUN --mount=type=cache,target=a --mount=type=cache,target=a,id=b x",
          "two caches cannot both be at a", "another target", "1:59"),
    wrong("one-id", "RUN --mount=type=cache,target=a,id=b --mount=type=cache,target=c,id=b x",
          "the cache b cannot be in two places at once", "another id", "1:64"),
    wrong("ignore-file", "COPY a b", ".jarignore: '[' ends too early", "a backslash makes", "1:1",
          **{"a": "", ".jarignore": "[\n"}),
    wrong("exclude", "COPY --exclude=[ a b", "--exclude: '[' ends too early", "a backslash makes",
          "1:18", a=""),
    wrong("ignore-class", "COPY a b", "'[-a]': '-' needs a backslash in brackets", "a backslash",
          "1:1", **{"a": "", ".jarignore": "[-a]\n"}),
    wrong("ignore-nothing", "COPY a b", ".jarignore: there is no pattern after `!`", "", "2:1",
          **{"a": "", ".jarignore": "a\n!\n"}),
    wrong("port", "CMD x ${PORT(99)}", "a jar has no port 99", "${PORT(1)} to ${PORT(2)}", "1:7"),
    wrong("include", "INCLUDE no.jfile", "cannot include no.jfile: No such file",
          "FILE is relative to the file that holds the INCLUDE", "1:9"),
    wrong("itself", "INCLUDE JFile", "JFile includes itself: JFile", "", "1:9"),
    wrong("file-and-folder", "COPY a x\nCOPY b x/c",
          "x is a file in the home, and a folder is to be there", "", "2:8", a="", b=""),
    wrong("config-syntax", "RUN x", f"{CONFIG} is not JSON: Expecting", "", **{CONFIG: "{"}),
    wrong("config-list", "RUN x", f"{CONFIG} must hold one object of keys and values", "",
          **{CONFIG: "[]"}),
    wrong("config-key", "RUN x", "there is no key 'poolSiz'", "did you mean poolSize?",
          **{CONFIG: '{"poolSiz": 3}'}),
    wrong("config-value", "RUN x", 'poolSize must be a whole number, not "x"', "",
          **{CONFIG: '{"poolSize": "x"}'}),
    wrong("selection", "RUN x", ".geniejars-selected selects gone, and there is no such jar",
          "geniejars unselect", **{".geniejars-selected": "gone\n"}),
]  # fmt: skip


@pytest.mark.parametrize("jfile, files, message, help, place", JFILES)
def test_a_jfile_that_cannot_be_built(
    project, jfile: str, files: Mapping[str, str], message: str, help: str, place: str | None
) -> None:
    """The plan names the thing, its place and the way out, and nothing is printed as a result."""
    outcome = project({"JFile": jfile + "\n", **files}).run("--plan")

    assert (outcome.exit, outcome.out) == (2, "")
    assert message in outcome.err
    assert (" = help: " in outcome.err and help in outcome.err) or not help
    assert place is None or f":{place}\n" in outcome.err


def test_a_folder_without_a_jfile(project) -> None:
    """A newcomer is told what makes one."""
    outcome = project({}).run()

    assert outcome.exit == 2
    assert "there is no JFile in" in outcome.err
    assert "jarbuild init writes one for what is there" in outcome.err


def test_sources_that_are_no_files(project) -> None:
    """Pipes and links to nothing are named as what they are."""
    here = project({"JFile": "COPY pipe link there/\n"})
    os.mkfifo("pipe")
    os.symlink("nowhere", "link")
    outcome = here.run("--plan")
    os.unlink("pipe")
    Path("pipe").touch()

    assert "pipe is no file and no folder" in outcome.err
    assert "link is a symlink to nothing" in here.run("--plan").err


WORDS = [
    pytest.param(["nowhere"], "there is no nowhere", "PATH is a folder with a JFile", id="path"),
    pytest.param(["initt"], "there is no initt here", "did you mean jarbuild init?", id="command"),
    pytest.param(["--jar", "nojar"], "there is no jar 'nojar'", "geniejars status", id="jar"),
    pytest.param(["--config", "no.json"], "no.json: No such file", "preconfig writes", id="config"),
    pytest.param(["build", "."], "there is no build here", "jarbuild [PATH]", id="build"),
    pytest.param(["status"], "there is no status here", "that is: geniejars status", id="status"),
    pytest.param(["cache"], "COMMAND is missing", "jarbuild cache --help", id="no-word"),
    pytest.param(["--jar"], "--jar takes a value", "jarbuild --help", id="no-value"),
    pytest.param(["--arg", "X"], "error[usage]: --arg: 'X' is not of the form", "", id="arg"),
    pytest.param(["lint", "nope"], "there is no nope", "a folder of them", id="lint-path"),
    pytest.param(["lint", "--explain", "JF999"], "no rule JF999", "docs/rules.md", id="explain"),
    pytest.param(["lint", "--select", "XY"], "--select: there is no rule XY", "docs", id="select"),
    pytest.param(["lint", "--fail-level", "eror"], "did you mean error?", "see", id="fail-level"),
    pytest.param(["fmt", "nope"], "there is no nope", "a folder of them", id="fmt-path"),
    pytest.param(["context", "nope"], "there is no nope", "PATH is a folder", id="context-path"),
    pytest.param(["init", "nope"], "nope does not exist", "the folder of a project", id="init"),
    pytest.param(["completion"], "bash|zsh|fish|jars is missing", "--help", id="completion"),
    pytest.param(
        ["completion", "bsh"], "error[usage]: 'bsh' is none of bash, zsh", "--help", id="shell"
    ),
    pytest.param(["--up"], "JFile has no CMD for --up to start", "as CMD PROGRAM", id="no-cmd"),
    pytest.param(["cache", "lss"], "'lss' is none of du, ls, show", "--help", id="cache-word"),
    pytest.param(["cache", "show", "zz"], "no entry's key begins with 'zz'", "ls", id="cache-key"),
    pytest.param(
        ["cache", "export", "--jar", "a", "b", "c"],
        "name a KEY or a jar, not both",
        "",
        id="export",
    ),
    pytest.param(
        ["cache", "prune", "--all", "--max-size", "1G"],
        "--all goes with neither --max-size nor --older-than",
        "",
        id="prune",
    ),
    pytest.param(
        ["-q", "--progress", "plain"],
        "-q and --progress plain contradict each other",
        "leave one of them out",
        id="quiet-and-plain",
    ),
]


@pytest.mark.parametrize("words, message, help", WORDS)
def test_words_after_jarbuild(project, words: list[str], message: str, help: str) -> None:
    """Exit 2, one error, and what to type instead."""
    forget_settings()
    outcome = project({"JFile": "RUN x\n"}).run(*words)

    assert (outcome.exit, outcome.out, outcome.err.count("error[")) == (2, "", 1)
    assert message in outcome.err
    assert help in outcome.err


JARS = [
    pytest.param(["allok"], "geniejars has no command allok", "did you mean alloc?", id="command"),
    pytest.param(["stop"], "geniejars has no command stop", "geniejars app down", id="stop"),
    pytest.param(["lint"], "geniejars has no command lint", "jarbuild lint", id="other-program"),
    pytest.param(["free"], "no jar selected", "geniejars select NAME", id="nothing-selected"),
    pytest.param(["free", "web1"], "there is no jar 'web1'", "did you mean web_1?", id="alias"),
    pytest.param(["select", "jar003"], "jar003 is not allocated", "geniejars alloc", id="free-jar"),
    pytest.param(["app", "up", "jar002"], "jar002 has no CMD to start", "build a JFile", id="cmd"),
    pytest.param(["app", "upp"], "'upp' is none of", "did you mean up?", id="action"),
    pytest.param(["app", "down", "--restart", "no", "web_1"], "goes with up and restart",
                 "geniejars app up --restart POLICY", id="policy-of-down"),
    pytest.param(["exec", "-t", "web_1", "top"], "-t needs a terminal, and the input is none",
                 "leave -t out", id="no-terminal"),
    pytest.param(["exec", "web_1"], "no command given", "exec [JAR] CMD", id="no-command"),
    pytest.param(["logs", "-n", "x", "web_1"], "'x' is no number of lines", "--help", id="lines"),
    pytest.param(["mount", "web_1", "no/such"], f"{os.sep}no/such: No such file",
                 "in a folder of yours", id="mount"),
    pytest.param(["mount", "web_1", "a", "b"], "mount makes one link", "mount [JAR] LINK",
                 id="two-links"),
    pytest.param(["restore", "web_1", "a", "b"], "restore takes one archive",
                 "restore [JAR] FILE", id="two-archives"),
    pytest.param(["unmount", "JFile"], "JFile is not a symlink", "geniejars mount", id="unmount"),
    pytest.param(["unmount", "nolink"], "there is no ", "geniejars mount made", id="no-link"),
    pytest.param(["restore", "web_1", "no.tar"], "cannot read no.tar: No such", "", id="archive"),
    pytest.param(["sys", "upp"], "'upp' is none of up, down", "did you mean up?", id="sys"),
    pytest.param(["build", "nojar", ".", "--plan"], "there is no jar 'nojar'", "status",
                 id="build-into"),
]  # fmt: skip


@pytest.mark.parametrize("words, message, help", JARS)
def test_words_after_geniejars(here, words: list[str], message: str, help: str) -> None:
    """Exit 2, one error, and what to type instead."""
    (here.folder / "JFile").write_text("RUN x\n")
    outcome = here.jars(*words)

    assert (outcome.exit, outcome.out, outcome.err.count("error[")) == (2, "", 1)
    assert message in outcome.err
    assert help in outcome.err


@pytest.mark.parametrize(
    "words, name",
    [(["preconfig"], CONFIG), (["example", "install"], "geniejars-example/x")],
    ids=["preconfig", "example"],
)
def test_what_is_there_is_not_replaced(project, words: list[str], name: str) -> None:
    """Commands that write files say that one is there, and leave it."""
    here = project({name: "mine"})
    outcome = here.jars(*words)

    assert outcome.exit == 2
    assert f"{name.removesuffix('x')} already exists" in outcome.err
    assert "remove it first" in outcome.err
    assert here.read(name) == "mine"


def test_a_jar_that_the_environment_selects(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is named where it is what is wrong."""
    monkeypatch.setenv("GENIEJARS", "gone")
    outcome = project({}).jars("free")

    assert "$GENIEJARS selects gone, and there is no such jar" in outcome.err
    assert "unset GENIEJARS" in outcome.err


def test_no_jar_is_selected_in_a_projects_folder(project) -> None:
    """The jar that was built from the JFile there is named."""
    here = project({"JFile": "RUN x\n"})
    allocate(load_config(), jfile=here.folder / "JFile")
    outcome = here.jars("app", "up")

    assert "no jar selected" in outcome.err
    assert "(built from the JFile here): geniejars select jar001" in outcome.err


def test_all_jars_are_taken(project) -> None:
    """A full pool is the machine's failure; it says how full it is and what frees a jar."""
    here = project({CONFIG: '{"poolSize": 2}'})
    here.jars("alloc")
    here.jars("alloc")
    outcome = here.jars("alloc")

    assert outcome.exit == 3
    assert "all 2 jars are taken" in outcome.err
    assert "geniejars free" in outcome.err


def test_a_damaged_state(project, tmp_path: Path) -> None:
    """The machine's failures, here of a file and of its copy, are exit 3 with the way out."""
    here = project({})
    here.jars("alloc")
    for name in ("state.json", ".state.json.copy"):
        (tmp_path / "state/jarbuild" / name).write_text("{")
    outcome = here.jars("status")

    assert outcome.exit == 3
    assert "state.json is damaged" in outcome.err
    assert "state.json is damaged, and so is its copy beside it: it is not JSON (Exp" in outcome.err
    assert "put both back from a backup; or move them away" in outcome.err


@pytest.mark.parametrize(
    "words, warning",
    [
        (["--arg", "X=1"], "warning: --arg X is of no use: there is no ARG X in JFile"),
        (["--no-cache-from", "9"], "warning: --no-cache-from 9 is of no use: no step of JFile is"),
    ],
    ids=["arg", "no-cache-from"],
)
def test_options_without_effect(project, words: list[str], warning: str) -> None:
    """What was asked for and does nothing is said."""
    assert warning in project({"JFile": "RUN x\n"}).run("--plan", *words).out
