"""JF305: COPY of a file that holds secrets."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from jarbuild.lint.context import Context
from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.paths import is_in_context
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.wordlists import words
from jfile import Copy

_NAMES = words(
    ".env .git .ssh .npmrc .yarnrc .pypirc .netrc .aws .docker .kube .gnupg .git-credentials"
    " .htpasswd credentials.json id_rsa id_dsa id_ecdsa id_ed25519"
)
_PATTERN = re.compile(
    r"\.env\.(?!example\Z|sample\Z|template\Z|dist\Z).+|.*\.(?:key|p12|pfx|jks|keystore|kdbx)\Z"
    r"|.*(?:priv|key).*\.pem\Z"
)


def check(document: Document) -> Remarks:
    for copy in document.each(Copy):
        for source in copy.sources:
            path = str(source)
            for name in _sensitive_parts(path) or _inside(path, copy, document.context):
                yield Remark(
                    source.span,
                    f"{name} holds what should not be in a home, nor in a cache",
                    help=f"IMPORT the value it holds, or list {name} in .jarignore",
                )


def _is_sensitive(name: str) -> bool:
    return name in _NAMES or _PATTERN.match(name) is not None


def _sensitive_parts(path: str) -> list[str]:
    """The first name in the path that says so."""
    return [name for name in path.split("/") if _is_sensitive(name)][:1]


def _inside(path: str, copy: Copy, context: Context | None) -> Iterator[str]:
    """What a copied folder holds, right in it, and `.jarignore` does not leave out."""
    if context is None or copy.exclude or not is_in_context(path) or context.kind(path) != "folder":
        return
    for found in sorted(context.beside(posixpath.join(path, "x"))):
        name = posixpath.basename(found)
        if _is_sensitive(name) and not context.is_ignored(found):
            yield name


RULE = Rule(
    code="JF305",
    name="sensitive-source",
    severity=WARNING,
    why="""A copied `.env`, key or `.git` can be read by everything in the jar, and stays in its
build root. With the files at hand, folders that are copied as a whole are looked into as well.""",
    bad="COPY .env app/.env",
    good='IMPORT DATABASE_URL\nCMD ["node", "server.js"]',
    check=check,
)
