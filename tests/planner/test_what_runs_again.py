"""This change: exactly these steps run again. The docs' table of keys, as facts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from projects import Project

from geniejars import JAR_VIEW, JFileError

JFILE = """\
TAG app
ARG LEVEL=1
ARG UNUSED=1
DEPEND {depend}
ENV MODE=dev
WORKDIR app
COPY src src
RUN make $LEVEL {tool}
COPY run.sh lib/run.sh
IMPORT API_KEY
ENV PORT=${{PORT(1)}}
RUN test it
CMD ["./run.sh"]
"""
FOLDER, FIRST, SECOND = "WORKDIR app", "COPY src src", "COPY run.sh lib/run.sh"
LAST = "RUN test it"
Change = Callable[[Project], None]


@pytest.fixture
def project(project: Project, tmp_path: Path) -> Project:
    """A project that was built once."""
    tool, depend = tmp_path / "bin/maketool", tmp_path / "depend"
    for path, content in {tool: "#!/bin/sh\n", depend / "data": "data"}.items():
        path.parent.mkdir()
        path.write_text(content)
    tool.chmod(0o755)
    project.write("JFile", JFILE.format(tool=tool, depend=depend))
    project.write("run.sh", "#!/bin/sh\n", 0o755)
    project.write("src/a.py", "a = 1\n")
    project.write("src/b.py", "b = 1\n")
    project.write("src/deep/c.py", "c = 1\n")
    (project.context / "src/link").symlink_to("a.py")
    (project.context / "src/empty").mkdir()
    project.write("src/debug.log", "log")
    project.write(".jarignore", "**/*.log\n")
    project.write("README", "not copied")
    project.environment["API_KEY"] = "one"
    project.build()
    return project


def in_jfile(old: str, new: str) -> Change:
    return lambda project: project.edit("JFile", old, new)


def source(path: str, act: Callable[[Path], object]) -> Change:
    """Something done to a path of the context."""
    return lambda project: void(act(project.context / path))


def beside(path: str, act: Callable[[Path], object]) -> Change:
    """Something done to a path beside the context."""
    return lambda project: void(act(project.context.parent / path))


def void(_: object) -> None:
    return None


def text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content)


def mode(bits: int) -> Callable[[Path], object]:
    return lambda path: path.chmod(bits)


def renamed(name: str) -> Callable[[Path], object]:
    return lambda path: path.rename(path.with_name(name))


def relinked(target: str) -> Callable[[Path], object]:
    return lambda path: (path.unlink(), path.symlink_to(target))


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside").write_text("x")


def to_file(path: Path) -> None:
    shutil.rmtree(path)
    path.write_text("x")


def to_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("b.py")


def hard_linked(path: Path) -> None:
    path.unlink()
    path.hardlink_to(path.with_name("b.py"))


def same_but_later(path: Path) -> None:
    os.utime(path, (1, 1))


def same_size_same_time(path: Path) -> None:
    before = path.stat()
    path.write_text("a = 2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def rewritten(path: Path) -> None:
    """The same content in another file, as editors and checkouts do it."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)


def moved(project: Project) -> None:
    project.context = project.context.rename(project.context.with_name("elsewhere"))


def other_name(project: Project) -> None:
    project.jfile.rename(project.context / "JFile.old")
    (project.context / "JFile").write_text((project.context / "JFile.old").read_text())


def checkout(bits: int) -> Change:
    """Another user's checkout: other bits by another umask."""

    def change(project: Project) -> None:
        for path in sorted(project.context.rglob("*")):
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod((0o777 if executable else 0o666) & ~bits)

    return change


def environment(**values: str) -> Change:
    return lambda project: project.environment.update(values)


def target(**changes: object) -> Change:
    return lambda project: project.retarget(**changes)


def view(**changes: object) -> Change:
    return lambda project: project.retarget(view=evolve(JAR_VIEW, **changes))


def wish(**changes: object) -> Change:
    return lambda project: project.wish(**changes)


def both(*changes: Change) -> Change:
    return lambda project: [change(project) for change in changes] and None


NOTHING: list[str] = []
FROM_MAKE = ["make", SECOND, LAST]
FROM_COPY = [FIRST, *FROM_MAKE]
ALL = [FOLDER, *FROM_COPY]

ROWS = [
    pytest.param(lambda project: None, NOTHING, id="nothing"),
    # what is copied
    pytest.param(source("src/a.py", text("a = 2\n")), FROM_COPY, id="content"),
    pytest.param(source("src/a.py", same_size_same_time), FROM_COPY, id="content-same-size-time"),
    pytest.param(source("src/a.py", same_but_later), NOTHING, id="time-alone"),
    pytest.param(source("src", same_but_later), NOTHING, id="time-of-a-folder"),
    pytest.param(source("src/a.py", rewritten), NOTHING, id="same-content-another-inode"),
    pytest.param(source("src/a.py", mode(0o755)), FROM_COPY, id="executable"),
    pytest.param(source("src/a.py", mode(0o664)), NOTHING, id="group-may-write-as-in-every-home"),
    pytest.param(source("src/a.py", mode(0o600)), FROM_COPY, id="private"),
    pytest.param(source("src/deep", mode(0o700)), FROM_COPY, id="private-folder"),
    pytest.param(source("src/deep", mode(0o555)), FROM_COPY, id="chmod-of-a-folder"),
    pytest.param(source("src/a.py", renamed("z.py")), FROM_COPY, id="rename"),
    pytest.param(source("src/a.py", renamed("A.py")), FROM_COPY, id="rename-in-case-only"),
    pytest.param(source("src/deep", renamed("down")), FROM_COPY, id="rename-of-a-folder"),
    pytest.param(source("src/link", relinked("b.py")), FROM_COPY, id="symlink-target"),
    pytest.param(source("src/link", relinked("./a.py")), FROM_COPY, id="symlink-target-spelling"),
    pytest.param(source("src/a.py", to_link), FROM_COPY, id="file-to-symlink"),
    pytest.param(source("src/a.py", to_folder), FROM_COPY, id="file-to-folder"),
    pytest.param(source("src/deep", to_file), FROM_COPY, id="folder-to-file"),
    pytest.param(source("src/a.py", hard_linked), FROM_COPY, id="hard-link-with-other-content"),
    pytest.param(
        both(source("src/a.py", text("b = 1\n")), lambda p: p.build() and None,
             source("src/a.py", hard_linked)),
        NOTHING,
        id="hard-link-with-same-content",
    ),
    pytest.param(source("src/new.py", text("")), FROM_COPY, id="added"),
    pytest.param(source("src/b.py", Path.unlink), FROM_COPY, id="removed"),
    pytest.param(source("src/new", Path.mkdir), FROM_COPY, id="empty-folder-added"),
    pytest.param(source("src/empty", Path.rmdir), FROM_COPY, id="empty-folder-removed"),
    pytest.param(source("src/deep/debug.log", text("x")), NOTHING, id="ignored-added"),
    pytest.param(source("src/debug.log", text("x")), NOTHING, id="ignored-changed"),
    pytest.param(source("src/debug.log", Path.unlink), NOTHING, id="ignored-removed"),
    pytest.param(source(".jarignore", text("**/*.log\n# more\n")), NOTHING, id="ignore-comment"),
    pytest.param(source(".jarignore", text("")), FROM_COPY, id="ignored-no-more"),
    pytest.param(source(".jarignore", text("**/*.log\n**/b.py")), FROM_COPY, id="ignored-now"),
    pytest.param(source("README", text("x")), NOTHING, id="not-copied"),
    pytest.param(source("src/.geniejars-selected", text("x")), NOTHING, id="selection"),
    pytest.param(source("src/pipe", os.mkfifo), NOTHING, id="fifo-is-left-out"),
    pytest.param(source("run.sh", text("#!/bin/sh\nx\n")), [SECOND, LAST], id="later-copy"),
    # how COPY is written
    pytest.param(in_jfile("src src", "./src/ src"), NOTHING, id="source-spelling"),
    pytest.param(in_jfile("src src", "src src/"), NOTHING, id="destination-spelling"),
    pytest.param(in_jfile("run.sh lib/run.sh", "run.sh lib/"), NOTHING, id="file-into-folder"),
    pytest.param(in_jfile("run.sh lib/run.sh", "r*.sh lib/run.sh"), NOTHING, id="glob"),
    pytest.param(in_jfile("COPY run.sh", "COPY --chmod=775 run.sh"), NOTHING, id="chmod-as-is"),
    pytest.param(
        in_jfile("COPY run.sh", "COPY --chmod=700 run.sh"),
        ["COPY --chmod=700 run.sh lib/run.sh", LAST],
        id="chmod",
    ),
    pytest.param(
        in_jfile("COPY src", "COPY --exclude=*.none src"), NOTHING, id="exclude-what-is-not-there"
    ),
    pytest.param(
        in_jfile("COPY src", "COPY --exclude=b.py src"),
        ["COPY --exclude=b.py src src", *FROM_MAKE],
        id="exclude",
    ),
    pytest.param(
        in_jfile("COPY run.sh lib/run.sh", 'COPY ["run.sh", "lib/run.sh"]'), NOTHING, id="copy-json"
    ),
    pytest.param(
        in_jfile("lib/run.sh\n", "bin/run.sh\n"), ["COPY run.sh bin/run.sh", LAST], id="destination"
    ),
    # ENV, ARG, WORKDIR
    pytest.param(in_jfile("MODE=dev", "MODE=prod"), FROM_MAKE, id="env-before"),
    pytest.param(in_jfile("ENV PORT=", "ENV P="), [LAST], id="env-name-before-the-last"),
    pytest.param(in_jfile("CMD", "ENV LATE=1\nCMD"), NOTHING, id="env-after-every-run"),
    pytest.param(in_jfile("ENV MODE=dev\n", ""), FROM_MAKE, id="env-removed"),
    pytest.param(
        both(in_jfile("ENV MODE=dev\n", ""), in_jfile("ARG UNUSED", "ENV MODE=dev\nARG UNUSED")),
        NOTHING,
        id="env-moved-where-no-run-sees-it",
    ),
    pytest.param(
        in_jfile("ENV MODE=dev\n", "ENV MODE=x\nENV MODE=dev\n"), NOTHING, id="env-set-twice"
    ),
    pytest.param(in_jfile("ARG UNUSED=1\n", ""), NOTHING, id="unused-arg-removed"),
    pytest.param(in_jfile("UNUSED=1", "UNUSED=2"), NOTHING, id="arg-that-no-run-names"),
    pytest.param(in_jfile("LEVEL=1", "LEVEL=2"), FROM_MAKE, id="arg-default"),
    pytest.param(wish(args={"LEVEL": "2"}), FROM_MAKE, id="arg-given"),
    pytest.param(wish(args={"LEVEL": "1"}), NOTHING, id="arg-given-as-the-default"),
    pytest.param(
        in_jfile("WORKDIR app", "WORKDIR lib"), ["WORKDIR lib", *FROM_COPY], id="workdir"
    ),
    pytest.param(in_jfile("WORKDIR app", "WORKDIR ./app/"), NOTHING, id="workdir-spelling"),
    pytest.param(
        in_jfile("WORKDIR app", "WORKDIR /home/jar/app"), NOTHING, id="workdir-absolute"
    ),
    # RUN
    pytest.param(in_jfile("test it", "test that"), ["RUN test that"], id="command"),
    pytest.param(in_jfile("test it", "test  it"), ["RUN test  it"], id="command-white-space"),
    pytest.param(in_jfile("test it", "test \\\nit"), NOTHING, id="continuation-reflow"),
    pytest.param(in_jfile("RUN test", "run test"), NOTHING, id="keyword-case"),
    pytest.param(in_jfile("RUN test", "RUN --timeout=5m test"), NOTHING, id="timeout"),
    pytest.param(
        in_jfile("RUN test it", 'RUN ["test", "it"]'), ['RUN ["test", "it"]'], id="run-json"
    ),
    pytest.param(
        in_jfile("RUN test", "RUN --mount=type=cache,target=c test"),
        ["RUN --mount=type=cache,target=c test it"],
        id="mount",
    ),
    pytest.param(
        in_jfile("RUN test it", "RUN <<EOF\ntest it\nEOF"),
        ["RUN <<EOF\ntest it\nEOF"],
        id="heredoc-stops-at-errors",
    ),
    # what a RUN sees of the machine and of the jar
    pytest.param(beside("depend/data", text("new")), FROM_MAKE, id="depend-content"),
    pytest.param(beside("depend/more", text("new")), FROM_MAKE, id="depend-file-added"),
    pytest.param(beside("depend/data", mode(0o600)), FROM_MAKE, id="depend-private-now"),
    pytest.param(beside("depend/data", same_but_later), NOTHING, id="depend-time"),
    pytest.param(beside("bin/maketool", text("#!/bin/sh\n:")), FROM_MAKE, id="tool"),
    pytest.param(environment(API_KEY="two"), [LAST], id="import-value"),
    pytest.param(environment(OTHER="two"), NOTHING, id="other-variable-of-the-manager"),
    pytest.param(environment(HTTPS_PROXY="http://proxy"), NOTHING, id="proxy"),
    pytest.param(in_jfile("IMPORT API_KEY\n", ""), [LAST], id="import-removed"),
    pytest.param(target(allocation="second"), [LAST], id="import-in-another-jar"),
    pytest.param(target(ports=(9001, 9002)), [LAST], id="port"),
    pytest.param(target(ports=(8001, 9002)), NOTHING, id="port-that-is-not-named"),
    pytest.param(target(common="/opt/other"), NOTHING, id="common-that-is-not-named"),
    pytest.param(target(host="debian 13 arm"), ALL, id="host"),
    pytest.param(view(home="/jars/1/home"), ALL, id="view"),
    pytest.param(view(uid=1001), ALL, id="view-uid"),
    # what stands around the steps
    pytest.param(in_jfile("TAG app", "# comment\n\nTAG app"), NOTHING, id="comment-and-blank-line"),
    pytest.param(in_jfile("TAG app", "TAG other"), NOTHING, id="tag"),
    pytest.param(in_jfile("CMD", "ADDPATH bin\nCMD"), NOTHING, id="addpath"),
    pytest.param(in_jfile('["./run.sh"]', "./run.sh"), NOTHING, id="cmd"),
    pytest.param(in_jfile("CMD", "PERSIST data\nCMD"), NOTHING, id="persist"),
    pytest.param(in_jfile("CMD", "STOPSIGNAL INT\nHEALTHCHECK CMD x\nCMD"), NOTHING, id="health"),
    pytest.param(in_jfile("\n", "\r\n"), NOTHING, id="line-ends"),
    pytest.param(moved, NOTHING, id="context-moved"),
    pytest.param(other_name, NOTHING, id="jfile-moved"),
    pytest.param(checkout(0o002), NOTHING, id="another-checkout"),
    pytest.param(checkout(0o022), NOTHING, id="another-checkout-with-umask-022"),
    pytest.param(
        both(source("base.jfile", text("ENV MODE=dev\n")),
             in_jfile("ENV MODE=dev\n", "INCLUDE base.jfile\n")),
        NOTHING,
        id="moved-into-an-include",
    ),
    # order of steps
    pytest.param(
        in_jfile("RUN test it", "RUN ls\nRUN test it"), ["RUN ls", LAST], id="run-inserted"
    ),
    pytest.param(
        in_jfile("COPY run.sh lib/run.sh\n", ""), [LAST], id="copy-removed"
    ),
    pytest.param(in_jfile(LAST + "\n", ""), NOTHING, id="last-removed"),
    pytest.param(
        in_jfile("WORKDIR app\nCOPY src src", "COPY src app/src\nWORKDIR app"),
        ["COPY src app/src", FOLDER],
        id="steps-swapped-that-come-to-the-same",
    ),
    # on request
    pytest.param(wish(no_cache=True), ALL, id="no-cache"),
    pytest.param(wish(no_cache_from=9), [SECOND, LAST], id="no-cache-from"),
    pytest.param(
        in_jfile("RUN test", "RUN --no-cache test"), ["RUN --no-cache test it"], id="run-no-cache"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "again"), ROWS)
def test_only_what_changed_runs_again(change: Change, again: list[str], project: Project) -> None:
    """A step runs again exactly when its inputs or a step before it changed."""
    change(project)
    ran = project.build()

    assert ["make" if text.startswith("RUN make") else text for text in ran] == again


def test_going_back_runs_nothing(project: Project) -> None:
    """A reverted edit finds everything it once made."""
    project.edit("src/a.py", "1", "2")
    project.build()
    project.edit("src/a.py", "2", "1")

    assert project.build() == []


def test_a_second_jar_runs_nothing_that_is_not_its_own(project: Project) -> None:
    """What names neither port nor secret fits every jar."""
    project.edit("JFile", "IMPORT API_KEY\nENV PORT=${PORT(1)}\n", "")
    project.build()
    project.retarget(jar="jar002", allocation="second", ports=(8003, 8004))

    assert project.build() == []


def test_a_lost_context_file_is_an_error_not_a_hit(project: Project) -> None:
    """A COPY whose source is gone is no longer a COPY that was made once."""
    shutil.rmtree(project.context / "src")

    with pytest.raises(JFileError, match="src does not exist"):
        project.build()
