"""From the grammar's tree of one logical line to its node.

Also holds what a grammar cannot say: values out of range, flags that exist elsewhere or come twice.
"""

from __future__ import annotations

import signal
from typing import Any, NoReturn

from attrs import frozen
from lark import Token

from . import nodes
from .flag_hints import MOUNT, unknown_flag
from .hints import nearest, quoted_names
from .logical import LogicalLine
from .nodes import Span, Text
from .values import RejectedError, Script, ValueBuilder

_LAST_SIGNAL = 64
_SIGNAL_NAMES = frozenset(name.removeprefix("SIG") for name in signal.Signals.__members__)
_SIGNALS = _SIGNAL_NAMES | {str(number) for number in range(1, _LAST_SIGNAL + 1)}


@frozen
class _Option:
    """A flag, or a mount's option: the node's field, its value, and where it stands."""

    name: str
    field: str
    value: Any
    span: Span


class NodeBuilder(ValueBuilder):
    """Each method is named after the rule whose children it gets, already built."""

    def __init__(self, line: LogicalLine) -> None:
        super().__init__(line)
        self._whole = line.span(0, len(line.text))

    # Directives

    def tag(self, children: list[Text]) -> nodes.Tag:
        return nodes.Tag(children[0], span=self._whole)

    def env(self, children: list[Any]) -> nodes.Env:
        key, equals, *value = children
        return nodes.Env(key, self.value_after(equals, value), span=self._whole)

    def arg(self, children: list[Any]) -> nodes.Arg:
        name, *default = children
        value = self.value_after(default[0], default[1:]) if default else None
        return nodes.Arg(str(name), value, span=self._whole)

    def workdir(self, children: list[Text]) -> nodes.Workdir:
        return nodes.Workdir(children[0], span=self._whole)

    def copy(self, children: list[Any]) -> nodes.Copy:
        options, operands = self._split(children)
        json_form = isinstance(operands[0], tuple)
        names = operands[0] if json_form else tuple(operands)
        self._check_names(names, json_form)
        return nodes.Copy(names[:-1], names[-1], json_form=json_form, **options, span=self._whole)

    def run(self, children: list[Any]) -> nodes.Run:
        options, (what,) = self._split(children)
        if isinstance(what, tuple):
            return nodes.Run(None, what, **options, span=self._whole)
        if isinstance(what, Script):
            return nodes.Run(what.text, heredoc=what.opening, **options, span=self._whole)
        return nodes.Run(what, **options, span=self._whole)

    def cmd(self, children: list[Any]) -> nodes.Cmd:
        return nodes.Cmd(_argv(children[0]), isinstance(children[0], tuple), span=self._whole)

    def depend(self, children: list[Text]) -> nodes.Depend:
        return nodes.Depend(children[0], span=self._whole)

    def addpath(self, children: list[Text]) -> nodes.Addpath:
        return nodes.Addpath(children[0], span=self._whole)

    def import_(self, children: list[Text]) -> nodes.Import:
        return nodes.Import(children[0], span=self._whole)

    def include(self, children: list[Text]) -> nodes.Include:
        return nodes.Include(children[0], span=self._whole)

    def persist(self, children: list[Text]) -> nodes.Persist:
        return nodes.Persist(children[0], span=self._whole)

    def healthcheck(self, children: list[Any]) -> nodes.Healthcheck:
        options, (what,) = self._split(children)
        if isinstance(what, Token):
            return self._no_healthcheck(options)
        if not what:
            self.reject("JF003", "HEALTHCHECK needs a command", self._whole)
        json_form = isinstance(what, tuple)
        return nodes.Healthcheck(_argv(what), json_form, **options, span=self._whole)

    def stopsignal(self, children: list[Token]) -> nodes.Stopsignal:
        name = str(children[0]).upper().removeprefix("SIG")
        if name not in _SIGNALS:
            self._reject_signal(children[0], name)
        return nodes.Stopsignal(name, span=self._whole)

    # Flags

    def copy_flag(self, children: list[Token]) -> _Option:
        flag = self._known(children[0])
        if flag.type == "CHMOD":
            return self._option("chmod", int(children[1], 8), children)
        return self._option("exclude", str(children[1]), children)

    def run_flag(self, children: list[Any]) -> _Option:
        flag = self._known(children[0])
        if flag.type == "NO_CACHE":
            return self._option("no_cache", True, children)
        if flag.type == "TIMEOUT":
            return self._option("timeout", self.seconds(children[1]), children)
        return self._mount(flag, children[1:])

    def health_flag(self, children: list[Token]) -> _Option:
        flag = self._known(children[0])
        if flag.type == "RETRIES":
            return self._option("retries", self.positive(int(children[1]), children[1]), children)
        if flag.type == "START_PERIOD":
            return self._option("start_period", self.duration(children[1]), children)
        return self._option(flag.type.lower(), self.seconds(children[1]), children)

    def mount_option(self, children: list[Any]) -> _Option:
        token = children[0]
        value = children[-1]
        name = token.split("=")[0]
        end = value.span if isinstance(value, Text) else self.span(value)
        span = _through(self.span(token), end)
        return _Option(name, name, value, span)

    def _mount(self, flag: Token, options: list[_Option]) -> _Option:
        span = _through(self.span(flag), options[-1].span)
        given = self._collect(options, ())
        for field in ("type", "target"):
            if field not in given:
                self.reject("JF011", f"--mount needs {field}=", span, expected=MOUNT)
        name = str(given["id"]) if "id" in given else None
        return _Option("--mount", "mounts", nodes.CacheMount(given["target"], name, span), span)

    def _option(self, field: str, value: object, tokens: list[Token]) -> _Option:
        name = tokens[0].removesuffix("=")
        return _Option(name, field, value, self.span(tokens[0], tokens[-1]))

    def _split(self, children: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        flags = [child for child in children if isinstance(child, _Option)]
        return self._collect(flags, ("exclude", "mounts")), children[len(flags) :]

    def _collect(self, options: list[_Option], repeatable: tuple[str, ...]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        lists: dict[str, list[Any]] = {}
        for option in options:
            if option.field in repeatable:
                lists.setdefault(option.field, []).append(option.value)
            elif option.field in values:
                self.reject("JF011", f"{option.name} is given twice", option.span)
            else:
                values[option.field] = option.value
        return values | {field: tuple(items) for field, items in lists.items()}

    # Mistakes

    def _known(self, flag: Token) -> Token:
        if flag.type == "FLAG":
            span = self.span(flag)
            raise RejectedError(unknown_flag(self.line.keyword, flag.value, span))
        return flag

    def _check_names(self, names: tuple[Text, ...], json_form: bool) -> None:
        if len(names) < 2:
            self.reject(
                "JF004",
                "COPY needs a source and a destination",
                self._whole,
                expected='COPY ["SOURCE", …, "DEST"]',
            )
        for name in names:
            if not name.parts:
                self.reject("JF003", "COPY names an empty path", name.span)
        if not json_form and (diagnostic := quoted_names(names)):
            raise RejectedError(diagnostic)

    def _no_healthcheck(self, options: dict[str, Any]) -> nodes.Healthcheck:
        if options:
            self.reject("JF011", "HEALTHCHECK NONE takes no flags", self._whole)
        return nodes.Healthcheck(None, span=self._whole)

    def _reject_signal(self, token: Token, name: str) -> NoReturn:
        near = nearest(name, _SIGNAL_NAMES)
        self.reject(
            "JF013",
            f"{token} is not a signal",
            self.span(token),
            expected=f"a signal's name, as TERM or SIGTERM, or its number, 1 to {_LAST_SIGNAL}",
            hint=f"did you mean {near}?" if near else None,
            replacement=near,
        )


def _argv(what: Text | tuple[Text, ...]) -> tuple[Text, ...]:
    if isinstance(what, tuple):
        return what
    return (Text(("sh",), what.span), Text(("-c",), what.span), what)


def _through(first: Span, last: Span) -> Span:
    return Span(first.line, first.column, last.end_line, last.end_column, first.file)
