"""JF208: a RUN writes where nothing stays."""

from __future__ import annotations

import re

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.outputs import written_words
from jarbuild.lint.paths import leaves_home
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Script

_DEVICES = re.compile(r"/dev/(?!shm)|/proc/self/fd")
_PRIVATE = re.compile(r"/(?:tmp|var/tmp|dev/shm)(?:/|\Z)")


def check(document: Document) -> Remarks:
    for _, script in document.run_scripts:
        for command in script.commands:
            for word in written_words(command):
                path = word.value.partition("=")[2] if word.value[:1] == "-" else word.value
                if not path.startswith("/") or _DEVICES.match(path) or not leaves_home(path, None):
                    continue
                if not _PRIVATE.match(path):
                    message = f"{path} cannot be written: only the home can"
                elif _is_used_again(script, path):
                    continue
                else:
                    message = f"{path} is gone when this RUN ends"
                yield Remark(script.span(word), message, help="write to a path in the home")


def _is_used_again(script: Script, path: str) -> bool:
    """A file in /tmp that the same RUN reads has done its work."""
    return script.text.count(path) > 1


RULE = Rule(
    code="JF208",
    name="write-outside-home",
    severity=WARNING,
    why="""Every RUN finds an empty /tmp, which is dropped at its end, and the rest of the machine
is read-only. What shall stay is written to the home. Files in /tmp that the same RUN uses again
are fine.""",
    bad="RUN ./report > /tmp/report.txt",
    good="RUN ./report > report.txt",
    check=check,
)
