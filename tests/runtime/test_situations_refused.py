"""What a zygote says where it cannot give what was asked, and what the facts ask of a jar."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from zygote_harness import (
    ROOT_FULL,
    ROOT_WITHOUT,
    USER_SINGLE,
    USER_WEAK,
    Ground,
    grounds,
    lodge,
    passable_folder,
)

USER_NOTHING = Ground("weak", is_root=False, may_unshare=False)

IS_ROOT = os.getuid() == 0
REFUSALS = [
    pytest.param(
        USER_NOTHING, {}, ["full isolation", "user namespace"], ["setup", "--isolation weak"],
        id="user-without-anything",
    ),
    pytest.param(USER_WEAK, {"network": "none"}, ["network"], ["setup"], id="weak-network-none"),
]  # fmt: skip
REFUSED_TO_ROOT = [
    pytest.param(
        USER_SINGLE, {"isolation": "full"}, ["/etc/subuid"], ["usermod --add-subuids"],
        id="full-without-range",
    ),
    pytest.param(
        ROOT_WITHOUT, {"isolation": "full"}, ["full isolation"], [], id="full-in-a-container"
    ),
    pytest.param(
        ROOT_WITHOUT, {"network": "none"}, ["network"], [], id="network-none-in-a-container"
    ),
    pytest.param(
        ROOT_WITHOUT, {"network": "filtered"}, ["network"], [], id="filtered-in-a-container"
    ),
    pytest.param(
        ROOT_FULL, {"isolation": "single"}, ["root's own id"], ["--isolation"], id="single-as-root"
    ),
    pytest.param(
        ROOT_FULL, {"expose": ["/home"]}, ["/home"], ["expose"], id="exposed-over-the-home"
    ),
    pytest.param(USER_SINGLE, {"nested": True}, ["nested"], ["config"], id="nested-with-one-id"),
    pytest.param(ROOT_FULL, {"jars": "/nowhere/jars"}, ["/nowhere"], ["XDG_STATE_HOME"], id="jars"),
    pytest.param(ROOT_FULL, {"version": 2}, ["version 2"], [], id="facts-of-another-version"),
]  # fmt: skip


@pytest.mark.parametrize(
    "ground, facts, reasons, ways", [*REFUSALS, *(REFUSED_TO_ROOT if IS_ROOT else ())]
)
def test_a_refusal_names_what_is_lost_and_the_ways_out(
    ground: Ground, facts: dict[str, Any], reasons: list[str], ways: list[str]
) -> None:
    """Every order but leave gets the same error, and no jar is made."""
    with lodge(ground, **facts) as lodging:
        reply = lodging.ask("start", jar="tester", number=0, role="live", ports=[], shares=[])

        assert not reply["ok"]
        assert [reason for reason in reasons if reason not in reply["message"]] == []
        assert [way for way in ways if way not in reply["help"]] == []
        assert list(lodging.jars.iterdir()) == []
        assert lodging.ask("leave")["ok"]


@pytest.mark.parametrize("ground", grounds(), ids=lambda ground: ground.name)
def test_exposed_folders_are_seen_and_not_written(ground: Ground) -> None:
    """`expose` and `common` are at their own paths, read-only; one that is missing hurts nobody."""
    with passable_folder() as outside:
        (outside / "tools" / "bin").mkdir(parents=True)
        (outside / "tools" / "bin" / "hello").write_text("#!/bin/sh\necho hello\n")
        (outside / "tools" / "bin" / "hello").chmod(0o755)
        (outside / "common").mkdir()
        (outside / "secret").write_text("secret")
        open_to_all(outside)
        shown = [str(outside / "tools"), str(outside / "tools" / "bin"), "/nowhere/at/all"]
        with lodge(ground, expose=shown, common=str(outside / "common")) as lodging:
            lodging.start("tester")
            script = "$0/tools/bin/hello; touch $0/tools/x $0/common/x; cat $0/secret"
            outcome = lodging.run("tester", "/bin/sh", "-c", script, str(outside))

        assert outcome.output.splitlines()[0] == "hello"
        assert sorted(path.name for path in outside.rglob("x")) == []
        assert "secret\n" not in outcome.output


def open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777)


@pytest.mark.parametrize(
    "ground", [g for g in grounds() if g.has_namespaces], ids=lambda ground: ground.name
)
def test_without_network_there_is_only_the_loopback(ground: Ground) -> None:
    """A jar with network "none" has one interface, and it is up."""
    code = (
        "import json, socket\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(server.getsockname()).close()\n"
        "print(json.dumps([name for _, name in socket.if_nameindex()]))\n"
    )
    with lodge(ground, network="none") as lodging:
        lodging.start("tester")
        outcome = lodging.python("tester", code)

    assert json.loads(outcome.output) == ["lo"]


SANDBOX = ("unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc")


@pytest.mark.parametrize(
    "ground", [g for g in grounds() if g.situation == "full"], ids=lambda ground: ground.name
)
@pytest.mark.parametrize("nested", [True, False], ids=["nested", "plain"])
def test_a_sandbox_inside_takes_leave(ground: Ground, nested: bool) -> None:
    """Namespaces and mounts inside work where the config says `nested`, which is named; there a
    jar's writes are still its own, and its ports."""
    with lodge(ground, nested=nested) as lodging:
        lodging.start("tester")
        made = lodging.run("tester", f"/usr/bin/{SANDBOX[0]}", *SANDBOX[1:], "true")
        outside = lodging.run("tester", "/usr/bin/touch", str(lodging.manager.home / "x"), "/usr/x")
        bound = lodging.python("tester", "import socket; socket.socket().bind(('', 7))")
        lost = lodging.ask("list")["lost"]

    assert (made.code == 0) == nested, made.output
    assert (outside.code, bound.code) == (1, 1)
    assert any("nested" in sentence for sentence in lost) == nested


OLD_KERNEL = """
from genieagent import syscalls
syscalls.landlock_abi = lambda: {abi}
def serve(jar, listener, workload): pass
"""
NEEDED = {"full": 1, "no-namespaces": 3, "single": 2, "weak": 6}
KERNELS = [
    pytest.param(ground, abi, id=f"{ground.name}-{abi}")
    for ground in grounds()
    for abi in range(max(1, NEEDED[ground.situation] - 1), 8)
]


@pytest.mark.parametrize("ground, abi", KERNELS)
def test_jars_can_be_made_by_the_rules_of_each_landlock(ground: Ground, abi: int) -> None:
    """What an older kernel lacks is named; what a situation cannot do without is a refusal."""
    with lodge(ground, agent=OLD_KERNEL.format(abi=abi)) as lodging:
        reply = lodging.ask("list")
        said = " ".join(reply.get("lost", [])) + reply.get("message", "")

        assert reply["ok"] == (abi >= NEEDED[ground.situation])
        assert (f"ABI {abi}" in said) == (abi < 6)


IMPORTING_AGENT = """
import json, os, socket, sys
def serve(jar, listener, workload):
    while True:
        connection, _ = listener.accept()
        _, standard, _, _ = socket.recv_fds(connection, 1 << 16, 3)
        os.write(standard[1], try_to_import().encode())
        connection.send(b'{"code": 0}')

def try_to_import():
    for folder in ("/tmp", os.getcwd()):
        try:
            with open(os.path.join(folder, "colorsys.py"), "w") as file: file.write("")
        except OSError: pass
    os.chdir("/tmp")
    try:
        import colorsys
    except ImportError:
        return f"refused {sys.path} {sys.meta_path}"
    return colorsys.__file__
"""


@pytest.mark.parametrize("ground", grounds(), ids=lambda ground: ground.name)
def test_an_agent_imports_nothing(ground: Ground) -> None:
    """A module planted where Python would look first is not loaded: nothing is any more."""
    with lodge(ground, agent=IMPORTING_AGENT) as lodging:
        lodging.start("tester")

        assert lodging.run("tester", "any").output == "refused [] []"


EVIL_NEIGHBOURS = """
from pathlib import Path
for folder in (Path(__file__).parent, Path(__file__).parents[1]):
    (folder / "colorsys.py").write_text("raise RuntimeError('loaded')")
import colorsys
def serve(jar, listener, workload): pass
"""


def test_the_standard_library_comes_before_what_lies_beside_us() -> None:
    """A module of a standard name in the package's folder or beside it is not loaded."""
    with lodge(ROOT_FULL if IS_ROOT else USER_WEAK, agent=EVIL_NEIGHBOURS) as lodging:
        assert lodging.ask("list")["ok"]
