"""`python -m jfile FILE`: a JFile's nodes as JSON, or its mistakes with excerpts."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from . import Diagnostic, SyntaxErrors, dump, excerpt, parse
from .source import Source

USAGE = "usage: python -m jfile FILE"


def main(arguments: list[str]) -> int:
    if arguments in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    if len(arguments) != 1:
        print(USAGE, file=sys.stderr)
        return 2
    (name,) = arguments
    try:
        jfile = parse(Path(name).read_bytes(), name)
    except OSError as error:
        print(f"{name}: {error.strerror}", file=sys.stderr)
        return 2
    except SyntaxErrors as failure:
        for mistake in failure.errors:
            print(_report(mistake, failure.source), file=sys.stderr)
        return 2
    print(json.dumps(dump(jfile), indent=2, ensure_ascii=False))
    return 0


def _report(error: Diagnostic, source: Source) -> str:
    place = f"{source.name}:{error.span.line}:{error.span.column}"
    lines = [f"{place}: {error.code} {error.message}", *excerpt(source, error.span)]
    if error.expected:
        lines.append(f"expected: {error.expected}")
    if error.hint:
        lines.append(f"hint: {error.hint}")
    return "\n".join(lines)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that leaves early is no error
    sys.exit(main(sys.argv[1:]))
