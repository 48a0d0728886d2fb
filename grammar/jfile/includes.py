"""INCLUDE: other files' directives in its place. Reads nothing itself; the caller hands in how."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from attrs import define

from .errors import Diagnostic, SyntaxErrors, diagnose, shortened
from .nodes import Blank, Comment, Common, Directive, Include, JFile, Port, Text
from .source import Source
from .syntax import parse_source

# Against files that include each other under ever new names, and trees that double at each level.
MOST_NESTED = 32
MOST_INCLUDED = 1000


def resolve_includes(jfile: JFile, read: Callable[[str], bytes], source: Source) -> JFile:
    """The JFile with every INCLUDE replaced by what is in the file it names.

    `read` gets a path: relative ones are joined to the folder of the file that holds the INCLUDE,
    `source.name` being the outermost; one that begins with `${COMMON}` comes as it is written. An
    OSError from `read` becomes an error at the INCLUDE. The spans of included nodes carry that path
    as `file`. Raises SyntaxErrors with the mistakes of all files.
    """
    return parse_includes(jfile, (), read, source)


def parse_includes(
    jfile: JFile,
    errors: tuple[Diagnostic, ...],
    read: Callable[[str], bytes],
    source: Source,
) -> JFile:
    """The same for a file that has mistakes already: all of them are raised together."""
    resolver = _Resolver(read, {None: source}, list(errors))
    items = tuple(resolver.expand(jfile, (posixpath.normpath(source.name),)))
    if resolver.errors:
        raise SyntaxErrors(tuple(resolver.errors), resolver.sources)
    return JFile(items)


@define
class _Resolver:
    read: Callable[[str], bytes]
    sources: dict[str | None, Source]
    errors: list[Diagnostic]
    count: int = 0

    def expand(self, jfile: JFile, trail: tuple[str, ...]) -> Iterator[Directive | Comment | Blank]:
        """`trail`: the files that led here, the one that holds `jfile` last."""
        for item in jfile.items:
            if isinstance(item, Include):
                yield from self._included(item, trail)
            else:
                yield item

    def _included(
        self, node: Include, trail: tuple[str, ...]
    ) -> Iterator[Directive | Comment | Blank]:
        path = _path(node.path, trail[-1])
        refusal = self._refusal(node.path, path, trail)
        if refusal:
            self._report(node, refusal)
        elif (content := self._content(node, path)) is not None:
            source = self.sources[path] = Source.read(path, content)
            jfile, errors = parse_source(source, path)
            self.errors.extend(errors)
            yield from self.expand(jfile, (*trail, path))

    def _refusal(self, written: Text, path: str, trail: tuple[str, ...]) -> str | None:
        if any(isinstance(part, Port) for part in written.parts):
            return "INCLUDE cannot depend on a port"
        if path in trail:
            cycle = (*trail[trail.index(path) :], path)
            return f"{path} includes itself: {' → '.join(cycle)}"
        if len(trail) > MOST_NESTED:
            return f"includes are nested more than {MOST_NESTED} deep: {' → '.join(trail[-3:])} → …"
        self.count += 1
        if self.count > MOST_INCLUDED:
            return f"more than {MOST_INCLUDED} files are included"
        return None

    def _content(self, node: Include, path: str) -> bytes | None:
        try:
            return self.read(path)
        except OSError as error:
            message = f"cannot include {shortened(path)}: {error.strerror or error}"
            self._report(node, message, "FILE is relative to the file that holds the INCLUDE")
            return None

    def _report(self, node: Include, message: str, hint: str | None = None) -> None:
        self.errors.append(diagnose("JF012", message, node.path.span, hint=hint))


def _path(written: Text, including: str) -> str:
    if written.parts and isinstance(written.parts[0], Common):
        return str(written)
    return posixpath.normpath(posixpath.join(posixpath.dirname(including), str(written)))
