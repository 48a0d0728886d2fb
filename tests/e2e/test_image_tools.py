"""`jarbuild cache export`: other people's tools read the image, and it is the home."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from builds import build
from machines import Machine

JFILE = """\
TAG image
WORKDIR app
ENV MODE=dev
COPY src src
RUN mkdir -p gone/deep was.folder && touch gone/deep/x was.file was.folder/x \\
    && echo text > a && ln a b && ln -s a link && mkfifo pipe && echo x > secret && chmod 600 secret
COPY --chmod=755 src/tool bin/tool
RUN rm -r gone was.folder was.file && touch was.folder && mkdir was.file && touch was.file/y \\
    && ln a c && rm b && echo more >> src/data && chmod 555 src/deep \\
    && head -c 300000 /dev/zero > big
RUN true
STOPSIGNAL INT
CMD ["bin/tool", "--serve"]
"""
LIST = r"find . -printf '%P|%y|%m|%l|%i\n'; find . -type f -exec sha256sum {} +"

needs_tools = pytest.mark.skipif(
    not (shutil.which("skopeo") and shutil.which("umoci")),
    reason="needs Debian's skopeo and umoci",
)


def tool(*words: str | Path) -> str:
    return subprocess.run(
        [str(word) for word in words], check=True, capture_output=True, text=True
    ).stdout


def listing(text: str) -> tuple[dict[str, tuple[str, ...]], set[frozenset[str]], set[str]]:
    """Kind, bits and target of each path; paths that are one file; contents."""
    rows = [line.split("|") for line in text.splitlines() if line.count("|") == 4]
    entries = {
        path: (kind, f"{int(mode, 8) & (0o5777 if kind == 'd' else 0o7777):o}", target)
        for path, kind, mode, target, _ in rows
        if path
    }
    inodes: dict[str, set[str]] = {}
    for path, _, _, _, inode in rows:
        inodes.setdefault(inode, set()).add(path)
    contents = {line for line in text.splitlines() if line.count("|") != 4}
    return entries, {frozenset(group) for group in inodes.values() if len(group) > 1}, contents


@needs_tools
def test_an_image_is_the_home(root_machine: Machine, tmp_path: Path) -> None:
    """Entry by entry: kinds, bits, links, contents; and it says how the app is started."""
    project = root_machine.home / "project"
    (project / "src/deep").mkdir(parents=True)
    for name in ("data", "tool", "deep/file"):
        (project / "src" / name).write_text(name)
    (project / "JFile").write_text(JFILE)
    root_machine.own(project)
    jar = build(root_machine, project).done["jar"]
    home = root_machine.run("geniejars", "exec", jar, "sh", "-c", LIST).stdout
    image = root_machine.home / "image"
    exported = root_machine.run("jarbuild", "cache", "export", "--jar", jar, image)
    rootless = [] if os.geteuid() == 0 else ["--rootless"]
    tool("umoci", "unpack", *rootless, "--image", f"{image}:latest", tmp_path / "bundle")
    unpacked = tool("sh", "-c", f"cd {tmp_path}/bundle/rootfs/home/jar && {LIST}")
    seen = json.loads(tool("skopeo", "inspect", "--config", f"oci:{image}"))
    tool("skopeo", "copy", f"oci:{image}", f"dir:{tmp_path}/copied")
    tool("chmod", "-R", "u+rwX", str(tmp_path / "bundle"))  # what it holds may be closed to us
    shutil.rmtree(tmp_path / "bundle")

    assert exported.returncode == 0, exported.stderr
    assert listing(unpacked) == listing(home)
    assert seen["config"]["Cmd"] == ["bin/tool", "--serve"]
    assert seen["config"]["WorkingDir"] == "/home/jar/app"
    assert "MODE=dev" in seen["config"]["Env"] and seen["config"]["StopSignal"] == "SIGINT"
    assert [h["created_by"].split()[0] for h in seen["history"][1:]] == [
        "WORKDIR", "COPY", "RUN", "COPY", "RUN", "RUN",
    ]  # fmt: skip


@needs_tools
def test_an_image_of_a_step(root_machine: Machine, tmp_path: Path) -> None:
    """By its key: the steps up to it, in the environment that it found."""
    project = root_machine.home / "project"
    project.mkdir()
    (project / "JFile").write_text("ENV MODE=dev\nRUN echo one > one\nRUN echo two > two\n")
    root_machine.own(project)
    build(root_machine, project)
    listed = json.loads(root_machine.run("jarbuild", "cache", "ls", "--format", "json").stdout)
    first = next(entry["key"] for entry in listed if "one" in entry["text"])
    image = root_machine.home / "image"
    root_machine.run("jarbuild", "cache", "export", first[:10], image)
    seen = json.loads(tool("skopeo", "inspect", "--config", f"oci:{image}"))

    assert [step["created_by"] for step in seen["history"][1:]] == ["RUN echo one > one"]
    assert "MODE=dev" in seen["config"]["Env"]
