"""What the directives before a step mean for it, and what is left for `app up`."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from attrs import evolve
from projects import TARGET

from geniejars import JAR_VIEW, CacheFolder, Health, JFileError
from jarbuild.actions import RUN_ENVIRONMENT, Expansion, MakeFolder, PutFiles, RunCommand
from jarbuild.expand import expand
from jarbuild.homepaths import HomePaths
from jarbuild.target import Target
from jfile import parse

ENVIRONMENT = {"API_KEY": "secret"}


def expanded(
    *lines: str, target: Target = TARGET, args: Mapping[str, str] | None = None
) -> Expansion:
    return expand(parse("\n".join(lines) + "\n"), "JFile", target, args or {}, ENVIRONMENT)


def last_run(*lines: str, args: Mapping[str, str] | None = None) -> RunCommand:
    run = expanded(*lines, args=args).actions[-1]
    assert isinstance(run, RunCommand)
    return run


def added(run: RunCommand) -> dict[str, str]:
    """What the JFile itself brings into a RUN's environment."""
    whole = {**run.env, **run.args}
    return {name: v for name, v in whole.items() if RUN_ENVIRONMENT.get(name) != v}


ENVIRONMENTS = [
    pytest.param(["RUN x"], {}, id="nothing"),
    pytest.param(["ENV A=1", "RUN x"], {"A": "1"}, id="env"),
    pytest.param(["RUN x", "ENV A=1", "RUN x"], {"A": "1"}, id="env-from-here-on"),
    pytest.param(["ENV A=1", "ENV A=2", "RUN x"], {"A": "2"}, id="env-the-last-counts"),
    pytest.param(['ENV A="q" # x', "RUN x"], {"A": '"q" # x'}, id="env-is-kept-as-written"),
    pytest.param(["ENV A=", "RUN x"], {"A": ""}, id="env-empty"),
    pytest.param(["ENV PATH=/x", "RUN x"], {"PATH": "/x"}, id="env-over-the-default"),
    pytest.param(["ENV P=${PORT(2)}", "RUN x"], {"P": "8002"}, id="port"),
    pytest.param(["ENV C=${COMMON}/x", "RUN x"], {"C": "/opt/common/x"}, id="common"),
    pytest.param(["IMPORT API_KEY", "RUN x"], {}, id="secrets-are-apart"),
    pytest.param(
        ["IMPORT API_KEY", "ENV API_KEY=1", "RUN x"], {"API_KEY": "1"}, id="env-over-import"
    ),
    pytest.param(["ENV API_KEY=1", "IMPORT API_KEY", "RUN x"], {}, id="import-over-env"),
    pytest.param(["ARG V=1", "RUN x"], {}, id="arg-not-named"),
    pytest.param(["ARG V=1", "RUN x $V"], {"V": "1"}, id="arg-named"),
    pytest.param(["ARG V=1", "RUN x ${V}y"], {"V": "1"}, id="arg-in-braces"),
    pytest.param(["ARG V=1", "RUN x $VV V_ _V"], {}, id="arg-in-longer-words"),
    pytest.param(["ARG sh=1", "ARG c=1", "RUN x"], {}, id="arg-called-like-the-shell"),
    pytest.param(["ARG V=1", 'RUN ["sh", "-c", "$V"]'], {"V": "1"}, id="arg-in-json"),
    pytest.param(["ARG V=1", "ENV V=2", "RUN x $V"], {"V": "2"}, id="env-over-arg"),
    pytest.param(["ARG V=1", "ARG V=2", "RUN x $V"], {"V": "2"}, id="arg-again"),
    pytest.param(["ARG V", "RUN x $V"], {"V": "given"}, id="arg-without-default"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), ENVIRONMENTS)
def test_environment_of_a_run(lines: list[str], expected: dict[str, str]) -> None:
    """ENV from here on, ARGs that the text names, no secret."""
    args = {"V": "given"} if "ARG V" in lines else {}

    assert added(last_run(*lines, args=args)) == expected


def test_imports_of_a_run() -> None:
    """Names only; one that ENV set since is none any more."""
    run = last_run("IMPORT API_KEY", "RUN x", "ENV API_KEY=1", "RUN y")
    first = expanded("IMPORT API_KEY", "RUN x").actions[0]

    assert isinstance(first, RunCommand)
    assert first.scope.imports == ("API_KEY",)
    assert run.scope.imports == ()


COMMANDS = [
    ("RUN echo $A", ("sh", "-c", "echo $A")),
    ('RUN ["echo", "$A"]', ("echo", "$A")),
    ("RUN <<EOF\na\nb\nEOF", ("sh", "-e", "-c", "a\nb")),
    ("RUN serve ${PORT(1)} ${port(1)}", ("sh", "-c", "serve 8001 ${port(1)}")),
]


@pytest.mark.parametrize(("line", "argv"), COMMANDS)
def test_argv(line: str, argv: tuple[str, ...]) -> None:
    """Shell form, JSON form, here-document; placeholders rendered, look-alikes left alone."""
    assert last_run(line).argv == argv


FOLDERS = [
    ("WORKDIR app", b"app"),
    ("WORKDIR app/../lib/", b"lib"),
    ("WORKDIR .", b""),
    ("WORKDIR /home/jar", b""),
    ("WORKDIR /home/jar/app", b"app"),
    ("WORKDIR /srv/jars/1/home/app", b"app"),
    ("WORKDIR with space", b"with space"),
    ("WORKDIR caf\u00e9", "caf\u00e9".encode()),
]


@pytest.mark.parametrize(("line", "path"), FOLDERS)
def test_workdir(line: str, path: bytes) -> None:
    """Relative to the home, never to the one before; absolute under either name of the home."""
    target = evolve(TARGET, real_home="/srv/jars/1/home")
    action = expanded("WORKDIR other", line, target=target).actions[-1]

    assert isinstance(action, MakeFolder)
    assert action.path == path


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        pytest.param(["RUN x"], {"PIP_CACHE_DIR", "npm_config_cache"}, id="no-mount"),
        pytest.param(
            ["RUN --mount=type=cache,target=.cache/pip x"], {"npm_config_cache"}, id="pips-own"
        ),
        pytest.param(["RUN --mount=type=cache,target=.cache x"], {"npm_config_cache"}, id="above"),
        pytest.param(["RUN --mount=type=cache,target=.npm x"], {"PIP_CACHE_DIR"}, id="npms-own"),
        pytest.param(
            ["WORKDIR app", "RUN --mount=type=cache,target=.npm x"],
            {"PIP_CACHE_DIR", "npm_config_cache"},
            id="elsewhere",
        ),
        pytest.param(
            ["RUN --mount=type=cache,target=.cache/pi x"],
            {"PIP_CACHE_DIR", "npm_config_cache"},
            id="a-longer-name",
        ),
        pytest.param(
            ["ENV PIP_CACHE_DIR=/x", "RUN --mount=type=cache,target=.cache/pip x"],
            {"PIP_CACHE_DIR", "npm_config_cache"},
            id="set-by-env",
        ),
    ],
)
def test_downloads_go_to_a_cache_that_is_mounted_for_them(lines: list[str], kept: set[str]) -> None:
    """npm and pip are sent to /tmp only where no cache is mounted at the place of their own."""
    run = expanded(*lines).actions[-1]

    assert isinstance(run, RunCommand)
    assert run.env.keys() & {"PIP_CACHE_DIR", "npm_config_cache"} == kept


def test_a_run_keeps_the_workdir_it_stands_in() -> None:
    """COPY and RUN start from the last WORKDIR; so does a cache mount."""
    mount = "RUN --mount=type=cache,target=.cache x"
    expansion = expanded("WORKDIR app", "COPY a b/", mount, "WORKDIR lib")
    _, copy, run, _ = expansion.actions

    assert isinstance(copy, PutFiles) and isinstance(run, RunCommand)
    assert (copy.destination.path, copy.destination.is_folder) == (b"app/b", True)
    assert run.scope.workdir == b"app"
    assert run.mounts == (CacheFolder("app/.cache", b"app/.cache"),)
    assert expansion.prepared.workdir == "lib"


def test_prepared() -> None:
    """All that `app up` needs; the last TAG and CMD count."""
    target = evolve(TARGET, real_home="/srv/home")
    prepared = expanded(
        "TAG one", "TAG two", "ENV A=${PORT(1)}", "IMPORT API_KEY", "ADDPATH ${COMMON}/bin",
        "ADDPATH /srv/home/bin", "ADDPATH rel", "WORKDIR app", "PERSIST data", "STOPSIGNAL SIGINT",
        "HEALTHCHECK --interval=5s CMD check ${PORT(1)}", "CMD first",
        'CMD ["serve", "${PORT(2)}"]', target=target,
    ).prepared  # fmt: skip

    assert prepared.tag == "two"
    assert prepared.cmd == ("serve", "8002")
    assert prepared.env == {"A": "8001"}
    assert prepared.imports == ("API_KEY",)
    assert prepared.added_paths == ("/opt/common/bin", f"{JAR_VIEW.home}/bin", "rel")
    assert prepared.persist == ("app/data",)
    assert prepared.stop_signal == "INT"
    assert prepared.health == Health(("sh", "-c", "check 8001"), 5.0, 30.0, 0.0, 3)


OPEN = [
    (["RUN x ${PORT(1)}"], True),
    (["ENV P=${PORT(1)}", "RUN x"], True),
    (["ENV P=${PORT(1)}", "ENV P=1", "RUN x"], False),
    (["ARG P=${PORT(1)}", "RUN x"], False),
    (["ARG P=${PORT(1)}", "RUN x $P"], True),
    (["WORKDIR ${PORT(1)}"], True),
    (["COPY a b${PORT(1)}"], True),
    (["RUN x", "ENV P=${PORT(1)}", "CMD x ${PORT(1)}"], False),
]


@pytest.mark.parametrize(("lines", "is_open"), OPEN)
def test_without_a_jar_ports_are_open(lines: list[str], is_open: bool) -> None:
    """Only what names a port, in its text or in its environment, has to wait for a jar."""
    target = evolve(TARGET, ports=None, port_count=2)

    assert expanded(*lines, target=target).actions[-1].is_open == is_open


def test_common_that_is_not_configured_stays_text() -> None:
    """As in the ancestor; the shell then makes nothing of it."""
    target = evolve(TARGET, common=None)
    run = expanded("RUN ${COMMON}/x", target=target).actions[0]

    assert isinstance(run, RunCommand)
    assert run.argv[-1] == "${COMMON}/x"


ERRORS = [
    pytest.param("WORKDIR ..", 9, "not in the home", id="workdir-above"),
    pytest.param("WORKDIR /etc", 9, "not in the home", id="workdir-elsewhere"),
    pytest.param("WORKDIR /home/jar2", 9, "not in the home", id="workdir-beside"),
    pytest.param("WORKDIR /home/jar/../x", 9, "not in the home", id="workdir-out-again"),
    pytest.param("COPY a ../b", 8, "not in the home", id="copy-above"),
    pytest.param("COPY a /etc/b", 8, "not in the home", id="copy-elsewhere"),
    pytest.param("PERSIST .", 9, "whole home", id="persist-the-home"),
    pytest.param("PERSIST ../b", 9, "not in the home", id="persist-above"),
    pytest.param("RUN --mount=type=cache,target=/x y", 31, "not in the home", id="mount-elsewhere"),
    pytest.param("RUN --mount=type=cache,target=. y", 31, "home itself", id="mount-of-the-home"),
    pytest.param(
        "RUN --mount=type=cache,target=a --mount=type=cache,target=./a,id=b y",
        59,
        "both be at a",
        id="mounts-at-one-place",
    ),
    pytest.param(
        "RUN --mount=type=cache,target=a,id=c --mount=type=cache,target=b,id=c y",
        64,
        "c cannot be in two places",
        id="one-mount-at-two-places",
    ),
    pytest.param("ENV P=${PORT(3)}", 7, "port 3", id="port-out-of-range"),
    pytest.param("CMD x ${PORT(0)}", 7, "port 0", id="port-zero"),
    pytest.param("IMPORT NOT_SET", 8, "NOT_SET", id="import-not-set"),
    pytest.param("ARG V", 1, "ARG V has no value", id="arg-without-value"),
]


@pytest.mark.parametrize(("line", "column", "says"), ERRORS)
def test_errors_have_a_place(line: str, column: int, says: str) -> None:
    """The word that is wrong, not just its line."""
    with pytest.raises(JFileError, match=says) as caught:
        expanded("TAG x", line)
    place = caught.value.place

    assert place is not None and place.line == 2
    assert place.column == column


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_names_that_no_file_can_have(name: str) -> None:
    """Nodes may come from elsewhere than from a text."""
    with pytest.raises(JFileError, match="no file name"):
        HomePaths("/home/jar", None).below(name)
