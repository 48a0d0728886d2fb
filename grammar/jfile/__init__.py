"""The JFile language: its grammar, nodes, mistakes and canonical text.

Everything is loaded when it is first asked for: nodes must not cost a parser's start-up time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .dumper import dump as dump
    from .errors import Diagnostic as Diagnostic
    from .errors import SyntaxErrors as SyntaxErrors
    from .excerpts import excerpt as excerpt
    from .formatter import format_text as format_text
    from .heredocs import openings as openings
    from .includes import resolve_includes as resolve_includes
    from .nodes import Addpath as Addpath
    from .nodes import Arg as Arg
    from .nodes import Blank as Blank
    from .nodes import CacheMount as CacheMount
    from .nodes import Cmd as Cmd
    from .nodes import Comment as Comment
    from .nodes import Common as Common
    from .nodes import Copy as Copy
    from .nodes import Depend as Depend
    from .nodes import Directive as Directive
    from .nodes import Env as Env
    from .nodes import Healthcheck as Healthcheck
    from .nodes import Import as Import
    from .nodes import Include as Include
    from .nodes import JFile as JFile
    from .nodes import Node as Node
    from .nodes import Persist as Persist
    from .nodes import Port as Port
    from .nodes import Run as Run
    from .nodes import Span as Span
    from .nodes import Stopsignal as Stopsignal
    from .nodes import Tag as Tag
    from .nodes import Text as Text
    from .nodes import Workdir as Workdir
    from .parser import parse as parse
    from .parser import parse_tolerant as parse_tolerant
    from .placeholders import check_ports as check_ports
    from .placeholders import render as render
    from .placeholders import texts as texts
    from .printer import unparse as unparse
    from .serial import deserialise as deserialise
    from .serial import parser_version as parser_version
    from .serial import serialise as serialise
    from .source import Source as Source

_CONTENTS = {
    "dumper": "dump",
    "errors": "Diagnostic SyntaxErrors",
    "excerpts": "excerpt",
    "formatter": "format_text",
    "heredocs": "openings",
    "includes": "resolve_includes",
    "nodes": "Addpath Arg Blank CacheMount Cmd Comment Common Copy Depend Directive Env "
    "Healthcheck Import Include JFile Node Persist Port Run Span Stopsignal Tag Text Workdir",
    "parser": "parse parse_tolerant",
    "printer": "unparse",
    "serial": "deserialise parser_version serialise",
    "source": "Source",
    "placeholders": "check_ports render texts",
}
_MODULE_OF = {name: module for module, names in _CONTENTS.items() for name in names.split()}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
