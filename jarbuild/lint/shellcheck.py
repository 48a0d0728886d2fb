"""ShellCheck over the shell texts of many JFiles: one call, its findings led back."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from jarbuild.lint.document import Document
from jarbuild.lint.finding import Finding, Severity
from jarbuild.lint.shell import Script
from jfile import Arg, Env, Import

_PLACEHOLDER = re.compile(r"\$\{PORT\(([0-9]+)\)\}")
_UNASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*) is referenced but not assigned")
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING}
_MOST_FILES = 2000
"""In one call: the kernel limits how long a command line is."""


@frozen
class _Text:
    """One shell text, the file that ShellCheck reads it from, and whose it is."""

    path: Path
    document: Document
    script: Script
    known: frozenset[str]


def find_shellcheck() -> str | None:
    return shutil.which("shellcheck")


def check_scripts(documents: Sequence[Document], program: str) -> dict[str, list[Finding]]:
    """The findings of each document, by its name; raises OSError where the program fails."""
    found: dict[str, list[Finding]] = {document.source.name: [] for document in documents}
    with tempfile.TemporaryDirectory(prefix="jarbuild-lint-") as folder:
        texts = {str(text.path): text for text in _write_texts(documents, Path(folder))}
        for comment in _comments(program, list(texts)):
            text = texts[comment["file"]]
            if _is_wanted(comment, text):
                found[text.document.source.name].append(_finding(comment, text))
    return found


def _write_texts(documents: Sequence[Document], folder: Path) -> Iterator[_Text]:
    for number, document in enumerate(documents):
        known = _known_names(document)
        for index, (directive, script) in enumerate(document.scripts):
            if directive.span.file is None:
                path = folder / f"{number}-{index}.sh"
                path.write_text(_as_file(script), "utf-8", "replace", newline="")
                yield _Text(path, document, script, known)


def _as_file(script: Script) -> str:
    """The text below a first line that says which shell runs it.

    `${PORT(1)}` is no shell: a variable of the same length stands in for it.
    """
    text = _PLACEHOLDER.sub(lambda match: f"${{PORT_{match[1]}_}}", script.text)
    return f"#!/bin/sh{' -e' if script.is_strict else ''}\n{text}\n"


def _known_names(document: Document) -> frozenset[str]:
    names = {str(env.key) for env in document.each(Env)}
    names |= {str(imported.key) for imported in document.each(Import)}
    return frozenset(names | {arg.name for arg in document.each(Arg)})


def _comments(program: str, paths: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    for start in range(0, len(paths), _MOST_FILES):
        some = paths[start : start + _MOST_FILES]
        command = [program, "--norc", "--format=json1", "--shell=sh", "--severity=warning", *some]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode > 1:
            raise OSError(f"{program}: {done.stderr.decode(errors='replace').strip()}")
        yield from json.loads(done.stdout)["comments"]


def _finding(comment: Mapping[str, Any], text: _Text) -> Finding:
    code, message = f"SC{comment['code']:04}", comment["message"].rstrip(".")
    start = _offset(text.script.text, comment["line"], comment["column"])
    end = _offset(text.script.text, comment["endLine"], comment["endColumn"])
    return Finding(
        code,
        "shellcheck",
        _SEVERITIES.get(comment["level"], Severity.INFO),
        message[:1].lower() + message[1:] if message[1:2].islower() else message,
        text.document.source.name,
        text.script.layout.span(start, max(start, end)),
        help=f"https://www.shellcheck.net/wiki/{code}",
    )


def _offset(text: str, line: int, column: int) -> int:
    """Where in the text a place of ShellCheck's is, whose first line is not the text's."""
    start = 0
    for _ in range(line - 2):
        start = text.find("\n", start) + 1
    return min(start + column - 1, len(text))


def _is_wanted(comment: Mapping[str, Any], text: _Text) -> bool:
    """A variable that the JFile sets is assigned, though the shell text alone cannot tell."""
    unassigned = _UNASSIGNED.match(comment["message"])
    return unassigned is None or unassigned[1] not in text.known
