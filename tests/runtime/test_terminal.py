"""`exec -it` and `shell` against a real agent, by somebody at a real terminal."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from clearing import remove
from person import CTRL_C, CTRL_D, CTRL_Z, ESCAPE, Person, at_a_terminal

import geniejars
from geniejars import Config

PROMPT = "jar$"


def needs(program: str) -> pytest.MarkDecorator:
    """CI installs them all."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@pytest.fixture(scope="module")
def config() -> Iterator[Config]:
    """The embedded default in folders of its own, as the commands find it, too."""
    folder = Path(tempfile.mkdtemp(prefix="jbt-", dir="/var/tmp"))
    folder.chmod(0o755)
    before = {name: os.environ.get(name) for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME")}
    os.environ |= {name: str(folder) for name in before}
    config = geniejars.load_config()
    yield config
    geniejars.shut_down(config)
    for name, value in before.items():
        os.environ.pop(name)
        if value is not None:
            os.environ[name] = value
    remove(folder)


@pytest.fixture(scope="module")
def jar(config: Config) -> str:
    return geniejars.allocate(config)


@pytest.fixture
def shell(jar: str) -> Iterator[Person]:
    """A person at the prompt of a shell in a jar."""
    with at_a_terminal("exec", "-it", jar, "bash", "--norc", "--noediting", "-i") as person:
        person.type("PS1='jar''$ '; clear\r")
        person.wait_for(lambda shown: shown.startswith(PROMPT))
        yield person


def agent_pid(config: Config, jar: str) -> int:
    [agent] = [a for a in geniejars.list_agents(config) if a.jar == jar]
    return agent.pid


def test_ctrl_c_ends_the_command_and_not_its_agent(config: Config, jar: str) -> None:
    """The key is the remote terminal's; we leave with the command's own code."""
    with at_a_terminal("exec", "-it", jar, "sh", "-c", "echo ready; exec sleep 300") as person:
        person.wait_for("ready")
        before = agent_pid(config, jar)
        person.type(CTRL_C)

        assert person.leave() == 130
    assert agent_pid(config, jar) == before
    assert geniejars.agent_status(config, jar).processes == 0


def test_job_control(shell: Person) -> None:
    """Ctrl-Z stops what is in the foreground, `jobs`, `fg` and Ctrl-C do what they do anywhere."""
    shell.type("sh -c 'echo here''I''am; exec sleep 300'\r")
    shell.wait_for("hereIam")
    shell.type(CTRL_Z)
    shell.wait_for(lambda shown: "Stopped" in shown and shown.rstrip().endswith(PROMPT))
    shell.type("jobs | wc -l; fg\r")
    shell.wait_for(lambda shown: re.search(r"\n1\nsh -c", shown))
    shell.type(CTRL_C)
    shell.wait_for(lambda shown: shown.rstrip().endswith(PROMPT))
    shell.type("exit 7\r")

    assert shell.leave() == 7


def test_end_of_input(shell: Person) -> None:
    """Ctrl-D ends a program that reads, and then the shell."""
    shell.type("cat > typed\r")
    shell.type("line\r")
    shell.type(CTRL_D)
    shell.type("cat typed; echo code $?\r")
    shell.wait_for("line\ncode 0")
    shell.type(CTRL_D)

    assert shell.leave() == 0


def test_the_size_follows(shell: Person) -> None:
    """The first size is ours, and so is each later one; programs get SIGWINCH."""
    shell.type("stty size\r")
    shell.wait_for("24 80")
    watch = "trap 'stty size; exit' WINCH; echo watch''ing; while :; do sleep 0.05; done"
    shell.type(f'sh -c "{watch}"\r')
    shell.wait_for("watching")
    shell.resize(40, 120)

    assert "40 120" in shell.wait_for("40 120")


@needs("vim")
def test_an_editor(config: Config, jar: str) -> None:
    """vim draws its screen at our size, takes every key, Escape too, and writes a file."""
    with at_a_terminal("exec", "-it", jar, "vim", "-u", "NONE", "-N", "note") as person:
        person.wait_for(lambda shown: shown.count("\n~") >= 20)
        person.type("ihello from vim" + ESCAPE)
        person.wait_for("hello from vim")
        person.resize(30, 100)
        person.wait_for(lambda shown: shown.count("\n~") >= 26)
        person.type(":wq\r")

        assert person.leave() == 0
    note = geniejars.run_as(config, jar, "cat", ["note"], capture=True).stdout
    assert note == b"hello from vim\n"


@needs("top")
def test_a_monitor(jar: str) -> None:
    """top shows the jar's own processes, follows the size, and ends by its key."""
    with at_a_terminal("exec", "-it", jar, "top", "-d", "1") as person:
        shown = person.wait_for(lambda shown: re.search(r"PID +USER", shown) and "top" in shown)
        person.resize(12, 80)
        person.wait_for(lambda shown: re.search(r"PID +USER", shown))
        person.type("q")

        assert person.leave() == 0
    assert len(re.findall(r"(?m)^ *\d+ ", shown)) <= 6


@needs("less")
def test_a_pager(shell: Person) -> None:
    """less takes the screen, pages by its keys, and gives the prompt back."""
    shell.type("clear; seq 200 | less\r")
    shell.wait_for("1\n2\n3\n")
    shell.type(" ")
    shell.wait_for("\n40\n")
    shell.type("q")

    shell.wait_for(lambda shown: shown.rstrip().endswith(PROMPT))


def test_a_shell_of_ones_own(config: Config, jar: str) -> None:
    """`geniejars shell` is one in the home; what it leaves behind ends with it."""
    with at_a_terminal("shell", jar) as person:
        person.type("pwd; setsid sleep 300 & disown; exit\r")

        assert person.leave() == 0
        assert "/home/jar" in person.shown or str(config.home_base) in person.shown
    assert geniejars.agent_status(config, jar).processes == 0


def test_a_terminal_that_is_hung_up(config: Config, jar: str) -> None:
    """When its window is closed, nothing of the command is left in the jar."""
    with at_a_terminal("exec", "-it", jar, "sh", "-c", "echo ready; exec sleep 300") as person:
        person.wait_for("ready")

    with geniejars.open_jar(config, jar) as session:
        while session.status().processes:
            pass


@pytest.fixture
def failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose second RUN fails."""
    monkeypatch.setenv("TOKEN", "secret")
    lines = ["WORKDIR work", "ENV MODE=dev", "IMPORT TOKEN", "RUN echo 1 > made"]
    (tmp_path / "JFile").write_text("\n".join([*lines, "RUN echo 2 > half; exit 7", ""]))
    return tmp_path


def test_a_shell_where_a_run_failed(config: Config, jar: str, failing: Path) -> None:
    """With its environment and in its folder, in what it left; then the build fails as it would
    have, the home is as it was, and what was done in the shell is in no later build."""
    build = ("build", jar, str(failing), "--on-fail", "shell")
    home = geniejars.home_dir(config, jar)
    before = sorted(home.iterdir())
    with at_a_terminal(*build) as person:
        person.wait_for("a shell where line 5 failed")
        person.type("clear; echo $MODE-$TOKEN; pwd; cat made half; touch left; exit 3\r")
        person.wait_for("dev-secret\n/home/jar/work\n1\n2\n")

        assert person.leave() == 1
    assert "RUN failed with exit code 7" in person.shown
    assert sorted(home.iterdir()) == before
    (failing / "JFile").write_text((failing / "JFile").read_text().replace("; exit 7", "; ls > ls"))
    with at_a_terminal(*build) as person:
        assert person.leave() == 0
    assert (home / "work/ls").read_text() == "half\nls\nmade\n"


@pytest.mark.parametrize("choice", ["keep", "rollback"])
def test_no_shell_where_a_run_failed(choice: str, config: Config, jar: str, failing: Path) -> None:
    """`keep` says where the failed state is; without a word nothing is said of it."""
    with at_a_terminal("build", jar, str(failing), "--on-fail", choice) as person:
        assert person.leave() == 1
    root = geniejars.home_dir(config, jar).with_name("root")

    assert ("the build root is as the RUN left it" in person.shown) == (choice == "keep")
    if choice == "keep":
        assert (root / "work/half").read_text() == "2\n"
