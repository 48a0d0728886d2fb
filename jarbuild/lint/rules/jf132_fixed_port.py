"""JF132: a port with a fixed number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jarbuild.lint.arrays import arrays
from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Cmd, Env, Span

# What servers listen on; DB_PORT and the like say where a client goes.
_LISTENING = frozenset(
    f"{prefix}PORT" for prefix in ("", "HTTP_", "SERVER_", "APP_", "WEB_", "LISTEN_", "FLASK_RUN_")
)
_NUMBER = re.compile(r"[0-9]{2,5}\Z")
_OPTION = re.compile(r"--(?:port|http-port|listen-port|listen|bind)(?:=(.*))?\Z")
_ADDRESS = re.compile(r"(?:[a-z0-9.*\[\]:]*:)?([0-9]{2,5})\Z")


def check(document: Document) -> Remarks:
    for env in document.each(Env):
        if str(env.key) in _LISTENING and _NUMBER.match(str(env.value)):
            yield _remark(env.value.span, str(env.value))
    for array in arrays(document):
        if isinstance(array.directive, Cmd):
            for index, port in _ports([str(text) for text in array.argv]):
                yield _remark(array.argv[index].span, port)
    for directive, script in document.scripts:
        if isinstance(directive, Cmd):
            for command in script.commands:
                for index, port in _ports([word.value for word in command.words]):
                    yield _remark(script.span(command.words[index]), port)


def _ports(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The words that fix a port, by their index, and its number."""
    for index, word in enumerate(words):
        option = _OPTION.match(word)
        if option is None:
            continue
        at = index if option[1] is not None else index + 1
        value = option[1] if option[1] is not None else " ".join(words[at : at + 1])
        if address := _ADDRESS.match(value):
            yield at, address[1]


def _remark(span: Span, port: str) -> Remark:
    return Remark(
        span,
        f"port {port} is not the jar's: it may listen on its own ports only",
        help="write ${PORT(1)}",
    )


RULE = Rule(
    code="JF132",
    name="fixed-port",
    severity=WARNING,
    why="""Each jar has ports of its own, so that many run side by side, and may listen on no
others. `${PORT(1)}` stands for the number of its first one.""",
    bad='CMD ["node", "server.js", "--port", "3000"]',
    good='CMD ["node", "server.js", "--port", "${PORT(1)}"]',
    check=check,
)
