"""JF127: a RUN reads a variable that is set only below."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.wordlists import words
from jfile import Arg, Env, Import

# What a shell and its surroundings set themselves.
_ALWAYS_SET = words("HOME PATH PWD USER LOGNAME TMPDIR SHELL LANG TERM IFS OLDPWD HOSTNAME")


def check(document: Document) -> Remarks:
    since: dict[str, int] = {}
    for position, directive in enumerate(document.directives):
        if isinstance(directive, Env | Import):
            since.setdefault(str(directive.key), position)
        elif isinstance(directive, Arg):
            since.setdefault(directive.name, position)
    for run, script in document.run_scripts:
        position = document.position(run)
        for expansion in script.expansions:
            name = expansion.name
            if since.get(name, -1) < position or name in _ALWAYS_SET or name in script.assigned:
                continue
            if expansion.text in (f"${name}", f"${{{name}}}"):
                line = document.directives[since[name]].span.line
                message = f"{name} is empty here: it is set on line {line}, below this RUN"
                yield Remark(script.span(expansion), message)


RULE = Rule(
    code="JF127",
    name="late-variable",
    severity=WARNING,
    why="""ENV, ARG and IMPORT act on what comes after them. A RUN above reads nothing, unless it
gives a default as in `${NAME:-default}`.""",
    bad='RUN ./configure --prefix="$PREFIX"\nENV PREFIX=/home/jar/local',
    good='ENV PREFIX=/home/jar/local\nRUN ./configure --prefix="$PREFIX"',
    check=check,
)
