"""JF207: something of the machine is used that no DEPEND names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import insert_above
from jarbuild.lint.outputs import written_words
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Script, Word
from jfile import Depend

_COMMON = re.compile(r"\$\{COMMON\}(/[^\s:;,*?\[\"'$]*)?")
_OUTSIDE = re.compile(r"/(?:opt|srv|mnt|media|data)/[^\s:;,*?\[\"'$]+")


_DEEPEST = 64
"""Folders above a path that are looked at; deeper ones exist on no machine."""


def check(document: Document) -> Remarks:
    declared = _declared(document)
    for run, script in document.run_scripts:
        position = document.position(run)
        seen: set[str] = set()
        for word, path in _inputs(script):
            if path not in seen and not _is_declared(path, declared, position):
                seen.add(path)
                yield Remark(
                    script.span(word),
                    f"no DEPEND above names {path}: the cache cannot see it change",
                    help=f"add DEPEND {path}",
                    fix=insert_above(document, "add the DEPEND", run, f"DEPEND {path}")
                    if run.span.file is None
                    else None,
                )


def _declared(document: Document) -> dict[str, int]:
    found: dict[str, int] = {}
    for depend in document.each(Depend):
        found.setdefault(str(depend.path).rstrip("/"), document.position(depend))
    return found


def _is_declared(path: str, declared: dict[str, int], position: int) -> bool:
    """Whether a DEPEND above names the path, or a folder that it is in."""
    for _ in range(_DEEPEST):
        if declared.get(path, position) < position:
            return True
        path = path.rpartition("/")[0]
    return False


def _inputs(script: Script) -> Iterator[tuple[Word, str]]:
    for command in script.commands:
        reads = [r.target for r in command.redirections if not r.writes and r.target]
        for word in (*command.words, *reads):
            if match := _COMMON.search(word.value):
                yield word, match[0].rstrip("/")
        # A program's own absolute path is in the key by itself.
        written = set(written_words(command))
        for word in (*command.words[1:], *reads):
            if word not in written and (match := _OUTSIDE.match(word.value)):
                yield word, match[0].rstrip("/")


RULE = Rule(
    code="JF207",
    name="undeclared-input",
    severity=WARNING,
    why="""A RUN sees the machine, its cache key only what DEPEND names. Files below `${COMMON}`
and in /opt, /srv, /mnt, /media and /data that a RUN reads may change without anything being built
again. DEPEND also says at once if they are missing.""",
    fix="adds the DEPEND above the RUN",
    bad="RUN tar xf ${COMMON}/assets.tar",
    good="DEPEND ${COMMON}/assets.tar\nRUN tar xf ${COMMON}/assets.tar",
    check=check,
)
