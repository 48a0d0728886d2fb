"""`geniejars build`: the same build as `jarbuild`, in three forms.

Not a command of the Command protocol: cli runs it as it runs `jarbuild`.

    geniejars build                   the JFile here
    geniejars build PATH              a folder or a JFile, into the selected jar
    geniejars build JAR [PATH]        into this jar
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geniejars import load_config, read_state
from jarbuild.arguments import Parser
from jarbuild.options import BuildOptions, add_build_options, build_help, build_options
from jarbuild.selection import is_jar, selected

HELP = build_help(
    (
        "usage: geniejars build [JAR] [PATH] [option ...]",
        "       JAR: a name or an alias     PATH: a folder with a JFile or a JFile (.)",
    ),
    ("geniejars build ./myapp", "geniejars build myapp_1 ./myapp --no-cache"),
)


def parser() -> Parser:
    """The parser of what follows `geniejars build`."""
    parser = Parser("geniejars build", help_text=HELP)
    add_build_options(parser)
    parser.add_argument("words", metavar="[JAR] [PATH]", nargs="*")
    return parser


def read(words: Sequence[str]) -> BuildOptions:
    """The options of a build; raises UsageError."""
    given = parser().read(words)
    jar, path = _jar_and_path(given.words, given.config)
    return build_options(given, path=path, jar=given.jar or jar)


def _jar_and_path(words: Sequence[str], config: str | None) -> tuple[str | None, str]:
    """A single word that could be both is the jar only where none is selected."""
    if not words:
        return None, "."
    if len(words) > 1:
        return words[0], words[1]
    word = words[0]
    may_be_jar = selected() is None or not Path(word).exists()
    if may_be_jar and is_jar(read_state(load_config(config)), word):
        return word, "."
    return None, word
