"""Every construct of a JFile as a frozen class; nothing here reads text or files.

A node keeps what was written. Placeholders are nodes inside a `Text`, never replaced here:
they are rendered at the last moment, by whoever knows the jar.
"""

from __future__ import annotations

from attrs import field, frozen


@frozen
class Span:
    """A stretch of source text. Lines and columns are 1-based, columns count code points.

    `end_column` points behind the last character, so an empty span has `column == end_column`.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    file: str | None = None  # set only for text that came from an INCLUDE


@frozen
class Port:
    """`${PORT(n)}`: the number of the jar's n-th port, counted from 1."""

    index: int
    span: Span = field(eq=False)

    def __str__(self) -> str:
        return f"${{PORT({self.index})}}"


@frozen
class Common:
    """`${COMMON}`: the folder of shared tools."""

    span: Span = field(eq=False)

    def __str__(self) -> str:
        return "${COMMON}"


@frozen
class Text:
    """A value as written: literal pieces and placeholders in order."""

    parts: tuple[str | Port | Common, ...]
    span: Span = field(eq=False)

    def __str__(self) -> str:
        return "".join(map(str, self.parts))


@frozen
class Node:
    """What all directives share: where the directive stands, from its keyword to its last word."""

    span: Span = field(eq=False, kw_only=True)


@frozen
class Tag(Node):
    tag: Text


@frozen
class Env(Node):
    key: Text
    value: Text


@frozen
class Arg(Node):
    """A build argument; `default` is None where the command line must give it."""

    name: str
    default: Text | None


@frozen
class Workdir(Node):
    path: Text


@frozen
class Copy(Node):
    sources: tuple[Text, ...]
    dest: Text
    chmod: int | None = None
    exclude: tuple[str, ...] = ()
    json_form: bool = False


@frozen
class CacheMount:
    """`--mount=type=cache,target=…`: a folder kept between builds, outside layers and trees."""

    target: Text
    id: str | None
    span: Span = field(eq=False)


@frozen
class Run(Node):
    """`command` is what a shell gets (shell form, heredoc); None where `argv` is (JSON form)."""

    command: Text | None
    argv: tuple[Text, ...] | None = None
    heredoc: str | None = None  # `<<EOF` as it was written; run by `sh -e`
    mounts: tuple[CacheMount, ...] = ()
    no_cache: bool = False
    timeout: float | None = None  # seconds


@frozen
class Cmd(Node):
    """`argv` as the process gets it; the shell form is `("sh", "-c", text)`."""

    argv: tuple[Text, ...]
    json_form: bool


@frozen
class Depend(Node):
    path: Text


@frozen
class Addpath(Node):
    path: Text


@frozen
class Import(Node):
    key: Text


@frozen
class Include(Node):
    path: Text


@frozen
class Persist(Node):
    path: Text


@frozen
class Healthcheck(Node):
    """`argv` None is `HEALTHCHECK NONE`. Times in seconds."""

    argv: tuple[Text, ...] | None
    json_form: bool = False
    interval: float = 30.0
    timeout: float = 30.0
    start_period: float = 0.0
    retries: int = 3


@frozen
class Stopsignal(Node):
    """`signal` is a name without SIG (`TERM`) or a number as text."""

    signal: str


Directive = (
    Tag | Env | Arg | Workdir | Copy | Run | Cmd | Depend | Addpath | Import
    | Include | Persist | Healthcheck | Stopsignal
)  # fmt: skip


@frozen
class Comment:
    """A comment line, from its `#` to the end of the line."""

    text: str
    span: Span = field(eq=False)


@frozen
class Blank:
    """One or more blank lines, kept for the formatter."""

    span: Span = field(eq=False)


@frozen
class JFile:
    """One file: its directives, and every item (comments and blank lines too) in order."""

    items: tuple[Directive | Comment | Blank, ...]

    @property
    def directives(self) -> tuple[Directive, ...]:
        return tuple(i for i in self.items if not isinstance(i, Comment | Blank))
