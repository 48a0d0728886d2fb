"""What the command line says about a build, as one frozen value."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Literal

from attrs import Factory, frozen

from geniejars import UsageError
from jarbuild.arguments import Parser, one_of

OnFail = Literal["rollback", "keep", "shell"]
Isolation = Literal["full", "single", "weak"]
Progress = Literal["auto", "tty", "plain", "json", "quiet"]
Format = Literal["text", "json"]

# With two lines of usage before and three of examples behind it is one screen of 24 lines; a test
# holds that, and that every option is named.
_HELP = """\
  --plan [--check]         show what a build would do, and why; exit 1 if a step
                           would run; nothing is changed
  --jar JAR                name or alias (default: selected, last used, new)
  --arg NAME=VALUE         a value for ARG NAME; may be repeated
  --up, --wait, --restart  start CMD; till it is healthy; ending one in the way
  --no-cache, --no-cache-from LINE   run every RUN again; those from a line on
  --clean, --verify        make the build root anew; read all again afterwards
  --on-fail WHAT           of a failed RUN: rollback (default), keep, shell
  --strict                 warnings fail the build
  --share-imports          jars that import the same values share results
  --isolation LEVEL        full or single: no less; weak: allow it
  --progress HOW           auto (default), tty, plain, json, quiet
  --format FORMAT          text or json, for --plan
  -q, -v, --no-color       print the jar's name only; whole commands; no colours
  --config FILE            instead of ./geniejars.config.json
  -h, --help, --version
exit codes: 0 fine, 1 a step failed, 2 wrong JFile or usage, 3 machine failed"""


def build_help(usage: tuple[str, str], examples: tuple[str, str]) -> str:
    """The help of a command that builds."""
    return "\n".join([*usage, _HELP, "examples:", *(f"  {example}" for example in examples)])


@frozen(kw_only=True)
class BuildOptions:
    """Defaults are those of the bare command."""

    path: str = "."
    plan: bool = False
    check: bool = False
    jar: str | None = None
    no_cache: bool = False
    no_cache_from: int | None = None
    args: Mapping[str, str] = Factory(dict)
    on_fail: OnFail = "rollback"
    restart: bool = False
    up: bool = False
    wait: bool = False  # with `up`: until it is healthy
    clean: bool = False
    verify: bool = False
    strict: bool = False
    share_imports: bool = False
    isolation: Isolation | None = None
    progress: Progress = "auto"
    verbose: bool = False
    format: Format = "text"
    color: bool = True
    config: str | None = None


def add_build_options(parser: Parser) -> None:
    """Everything that the command line of a build takes, except PATH."""
    for name in _SWITCHES:
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--jar", metavar="JAR")
    parser.add_argument("--no-cache-from", metavar="LINE", type=_line)
    parser.add_argument("--arg", metavar="NAME=VALUE", action="append", default=[], type=_pair)
    parser.add_argument("--on-fail", default="rollback", type=one_of("rollback", "keep", "shell"))
    parser.add_argument("--isolation", type=one_of("full", "single", "weak"))
    parser.add_argument("--config", metavar="FILE")
    add_output_options(parser)


_SWITCHES = (
    "check", "no-cache", "restart", "up", "wait", "clean", "verify", "strict", "share-imports",
)  # fmt: skip


def add_output_options(parser: Parser) -> None:
    """What must be known to show even a mistake in the command line as it was asked for."""
    parser.add_argument("--plan", action="store_true")
    progress = one_of("auto", "tty", "plain", "json", "quiet")
    parser.add_argument("--progress", default="auto", type=progress)
    parser.add_argument("--format", default="text", type=one_of("text", "json"))
    parser.add_argument("-q", "--quiet", action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true")


def build_options(given: argparse.Namespace, *, path: str, jar: str | None) -> BuildOptions:
    """The value of a parsed command line; raises UsageError for options that contradict."""
    _refuse_contradictions(given)
    return BuildOptions(
        path=path,
        plan=given.plan,
        check=given.check,
        jar=jar,
        no_cache=given.no_cache,
        no_cache_from=given.no_cache_from,
        args=dict(given.arg),
        on_fail=given.on_fail,
        restart=given.restart,
        up=given.up or given.wait,
        wait=given.wait,
        clean=given.clean,
        verify=given.verify,
        strict=given.strict,
        share_imports=given.share_imports,
        isolation=given.isolation,
        progress=_progress(given),
        verbose=given.verbose,
        format=given.format,
        color=not given.no_color,
        config=given.config,
    )


def output_options(words: Sequence[str]) -> BuildOptions:
    """How these words want to be answered, however wrong the rest of them is."""
    parser = Parser("jarbuild")
    add_output_options(parser)
    try:
        given, _ = parser.parse_known_args([w for w in words if w not in ("-h", "--help")])
    except UsageError:
        return BuildOptions(color="--no-color" not in words)
    return BuildOptions(
        plan=given.plan,
        progress=_progress(given),
        verbose=given.verbose,
        format=given.format,
        color=not given.no_color,
    )


def _progress(given: argparse.Namespace) -> Progress:
    """`--format json` means the whole output: of a build it is `--progress json`."""
    if given.format == "json" and not given.plan:
        return "json"
    progress: Progress = "quiet" if given.quiet else given.progress
    return progress


def _refuse_contradictions(given: argparse.Namespace) -> None:
    if given.check and not given.plan:
        raise UsageError("--check goes with --plan", help="jarbuild --plan --check")
    if given.verify and given.plan:
        raise UsageError("--verify goes with a build", help="--plan reads only what has changed")
    if given.quiet and given.progress not in ("auto", "quiet"):
        raise UsageError(
            f"-q and --progress {given.progress} contradict each other",
            help="-q is --progress quiet: leave one of them out",
        )


def _line(word: str) -> int:
    if word.isascii() and word.isdigit() and int(word) > 0:
        return int(word)
    raise argparse.ArgumentTypeError(f"{word!r} is no line number")


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if name and equals:
        return name, value
    raise argparse.ArgumentTypeError(f"{word!r} is not of the form NAME=VALUE")
