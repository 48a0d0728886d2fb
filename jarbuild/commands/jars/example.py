"""`geniejars example install`: something to try the commands on."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from geniejars import UsageError
from jarbuild.arguments import Parser, one_of
from jarbuild.display.screen import Screen

SUMMARY = "Put examples into ./geniejars-example."
EXAMPLES = ("geniejars example install", "geniejars build ./geniejars-example/helloworld")

FOLDER = "geniejars-example"  # its name and its two examples are the ancestor's
FILES = Path(__file__).with_name("example_files")
STEPS = """\
Examples installed in ./geniejars-example/

helloworld - a small web server in a jar:
  geniejars alloc -s
  geniejars build ./geniejars-example/helloworld
  geniejars app up

libcall - the same from a Python program:
  python3 geniejars-example/libcall.py"""


def options(parser: Parser) -> None:
    parser.add_argument("action", metavar="install", type=one_of("install"))


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    try:
        shutil.copytree(FILES, FOLDER, ignore=shutil.ignore_patterns("__pycache__"))
    except FileExistsError:
        raise UsageError(
            f"{FOLDER}/ already exists", help="remove it first if you want to reinstall"
        ) from None
    screen.print([STEPS])
    return 0
