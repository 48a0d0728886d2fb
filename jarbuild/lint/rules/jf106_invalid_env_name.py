"""JF106: a variable whose name no shell can read."""

from __future__ import annotations

import re

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING, Fix
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Env, Import

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def check(document: Document) -> Remarks:
    directives: list[Env | Import] = [*document.each(Env), *document.each(Import)]
    for directive in directives:
        name = str(directive.key)
        if not _NAME.match(name):
            yield Remark(
                directive.key.span,
                f"{name.strip() or name!r} is no name that a shell can read"
                if name == name.strip()
                else f"the blanks are part of the name {name!r}",
                help="letters, digits and _, not beginning with a digit",
                fix=_fix(directive),
            )


def _fix(directive: Env | Import) -> Fix | None:
    name = str(directive.key).strip()
    if isinstance(directive, Import) or not _NAME.match(name):
        return None
    text = f"ENV {name}={str(directive.value).strip()}"
    return replace("remove the blanks", directive.span, text)


RULE = Rule(
    code="JF106",
    name="invalid-env-name",
    severity=WARNING,
    why="""Names with blanks, hyphens or dots reach a program's environment, but no `$NAME` can
read them, and a shell drops them for what it starts. Mostly a blank beside the equals sign is to
blame: it is part of the name.""",
    fix="removes blanks around the equals sign",
    bad="ENV NODE_ENV = production",
    good="ENV NODE_ENV=production",
    check=check,
)
