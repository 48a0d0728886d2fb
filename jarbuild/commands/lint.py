"""`jarbuild lint`: what is wrong, wasteful or unsafe in JFiles, and mending it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from geniejars import JarbuildError, UsageError
from jarbuild.arguments import Parser, one_of
from jarbuild.commands.fmt import replace
from jarbuild.display.controls import escaped
from jarbuild.display.findings import FORMATS, rendered, statistics
from jarbuild.display.palette import is_capable
from jarbuild.display.screen import Screen
from jarbuild.jfiles import STDIN, found_jfiles
from jarbuild.lint.batch import STDIN_NAME, Item, fix_items, lint_items, read_item
from jarbuild.lint.codes import EVERY_RULE, SHELLCHECK, read_codes, rule_for, suggestion
from jarbuild.lint.finding import Finding
from jarbuild.lint.fixer import Fixed
from jarbuild.lint.report import Report
from jarbuild.lint.settings import FAIL_LEVELS, Settings, forget_settings
from jarbuild.problems import problems

SUMMARY = "Say what is wrong, wasteful or unsafe in JFiles. Needs no jar, config or network."
EXAMPLES = ("jarbuild lint --fix", "jarbuild lint --format sarif examples > lint.sarif")

_LOOK_EVERY = 0.5  # seconds; a person who saves a file does not notice


# One screen. A test holds that every option is named here.
HELP = """\
usage: jarbuild lint [PATH ...] [option ...]   PATH: JFile, folder, or - (.)
  --format FORMAT      text, json, sarif, github, gitlab or junit
  --select CODES       only these rules, by code or beginning: JF2,JF301 or ALL
  --ignore CODES       not these
  --fail-level LEVEL   exit 1 from here on: error, warning (usual), info, none
  --fix                mend what can be mended safely
  --unsafe-fixes       mend what may change the meaning, too
  --diff               write nothing; show what the fixes would change
  --portable           say what the npm geniejars cannot do
  --no-shellcheck      leave shell text to jarbuild's own rules
  --explain CODE       what a rule is about, with examples
  --statistics         how often each rule found something
  --watch              lint again whenever a file changes
  --no-color, -h, --help
settings: [tool.jarbuild.lint] in pyproject.toml, or [lint] in jarbuild.toml
exit codes: 0 fine, 1 findings at or above the level, 2 wrong usage
examples:
  jarbuild lint --fix
  jarbuild lint --format sarif examples > lint.sarif"""


def options(parser: Parser) -> None:
    parser.help_text = HELP
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="*")
    add("--format", default="text", type=one_of(*FORMATS))
    for name in ("--select", "--ignore"):
        add(name, metavar="CODES", action="append")
    add("--fail-level", type=one_of(*FAIL_LEVELS))
    add("--explain", metavar="CODE")
    for name in _SWITCHES:
        add(f"--{name}", action="store_true")


_SWITCHES = ("fix", "unsafe-fixes", "diff", "statistics", "watch", "portable", "no-shellcheck")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    """1 where something at or above the fail level was found, else 0."""
    if arguments.explain is not None:
        return _explain(arguments.explain, screen)
    if arguments.watch:
        return _watch(arguments, screen)
    return _lint(arguments, screen)


def _lint(arguments: argparse.Namespace, screen: Screen) -> int:
    items = _read(arguments)
    if not items:
        screen.err.write("no JFile found\n")
    if arguments.fix or arguments.unsafe_fixes or arguments.diff:
        report, screen = _fix(items, arguments, screen)
    else:
        report = lint_items(items)
    fails = _judge(items)
    if not arguments.diff:
        _show(report, arguments, screen, fails)
    return int(any(map(fails, report.findings)))


# Reading


def _read(arguments: argparse.Namespace) -> list[Item]:
    adjust = _adjustment(arguments)
    paths = found_jfiles(arguments.paths or ["."])
    return [read_item(*_content(path), adjust) for path in paths]


def _content(path: str) -> tuple[str, bytes]:
    if path == STDIN:
        return STDIN_NAME, sys.stdin.buffer.read()
    return path, Path(path).read_bytes()


def _adjustment(arguments: argparse.Namespace) -> Callable[[Settings], Settings]:
    """What is said on the command line replaces what the settings say."""
    changes: dict[str, Any] = {}
    for name in ("select", "ignore"):
        if (given := getattr(arguments, name)) is not None:
            changes[name] = read_codes(",".join(given).split(","), f"--{name}")
    if arguments.fail_level is not None:
        changes["fail_level"] = FAIL_LEVELS[arguments.fail_level]
    if arguments.portable:
        changes["is_portable"] = True
    if arguments.no_shellcheck:
        changes["uses_shellcheck"] = False
    return lambda settings: evolve(settings, **changes)


def _judge(items: Sequence[Item]) -> Callable[[Finding], bool]:
    """Whether a finding fails the run: each file has the level of its own settings."""
    levels = {item.document.source.name: item.settings.fail_level for item in items}
    usual = next(iter(levels.values()), None)  # for files that others include

    def fails(finding: Finding) -> bool:
        level = levels.get(finding.file, usual)
        return level is not None and finding.severity >= level

    return fails


# Fixing


def _fix(
    items: Sequence[Item], arguments: argparse.Namespace, screen: Screen
) -> tuple[Report, Screen]:
    """What is left to say, and where: a fixed standard input takes the output for itself."""
    fixed, report = fix_items(items, unsafe=arguments.unsafe_fixes)
    if arguments.diff:
        _show_diffs(items, fixed, screen)
        return lint_items(items), screen
    for item, one in zip(items, fixed, strict=True):
        if item.document.source.name == STDIN_NAME:
            screen.out.write(one.content.decode("utf-8", "surrogateescape"))
            screen = Screen(screen.err, screen.err, screen.color)
        elif one.count:
            replace(Path(item.document.source.name), one.content)
    if count := sum(one.count for one in fixed):
        screen.err.write(f"fixed {count}\n")
    return report, screen


def _show_diffs(items: Sequence[Item], fixed: Sequence[Fixed], screen: Screen) -> None:
    from jarbuild.display.findings.diffs import diff

    for item, one in zip(items, fixed, strict=True):
        if one.count:
            before = Fixed(item.document, ()).content
            screen.print(diff(item.document.source.name, before, one.content, screen.palette))


# Showing


def _show(
    report: Report,
    arguments: argparse.Namespace,
    screen: Screen,
    fails: Callable[[Finding], bool],
) -> None:
    if arguments.statistics:
        screen.print(statistics(report, arguments.format))
        return
    screen.print(rendered(report, arguments.format, screen, fails))
    if arguments.format == "text":
        screen.err.writelines(f"note: {escaped(note)}\n" for note in report.notes)
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if arguments.format == "github" and page:
        _add_to_page(report, Path(page))


def _add_to_page(report: Report, page: Path) -> None:
    """The job's summary page, to which each step appends."""
    from jarbuild.display.findings.github import summary

    with page.open("a", encoding="utf-8", errors="replace") as file:
        file.write(summary(report))


def _explain(word: str, screen: Screen) -> int:
    from jarbuild.display.findings.explanations import explanation

    if SHELLCHECK.fullmatch(word.upper()):
        screen.print([f"ShellCheck's: https://www.shellcheck.net/wiki/{word.upper()}"])
        return 0
    rule = rule_for(word)
    if rule is None:
        raise UsageError(f"there is no rule {word}", help=suggestion(word) or EVERY_RULE)
    screen.print(explanation(rule, screen.palette))
    return 0


# Watching


def _watch(arguments: argparse.Namespace, screen: Screen) -> int:
    """Until the person who watches has seen enough; then as Ctrl-C ends everything."""
    watch(
        lambda: _stamps(arguments.paths or ["."]),
        lambda: _lint_anew(arguments, screen),
        lambda: time.sleep(_LOOK_EVERY),
    )
    return 0


def _lint_anew(arguments: argparse.Namespace, screen: Screen) -> None:
    """On a clean screen; settings that are wrong just now do not end the watch."""
    forget_settings()
    if is_capable(screen.out):
        screen.out.write("\x1b[2J\x1b[H")
    try:
        _lint(arguments, screen)
    except (JarbuildError, OSError) as error:
        screen.complain(problems(error))


def watch(
    look: Callable[[], object], act: Callable[[], object], wait: Callable[[], object]
) -> None:
    """`act` now and whenever `look` sees something else than before; ends when `wait` raises."""
    seen: object = None
    while True:
        now = look()
        if now != seen:
            seen = now  # from before the act: what changes meanwhile is seen the next time
            act()
        wait()


def _stamps(paths: Sequence[str]) -> list[tuple[str, int, int]]:
    """What tells that a file has changed; one that is gone meanwhile is no longer there."""
    stamps = []
    for path in found_jfiles([path for path in paths if path != STDIN]):
        try:
            seen = Path(path).stat()
        except FileNotFoundError:
            continue
        stamps.append((path, seen.st_mtime_ns, seen.st_size))
    return stamps
