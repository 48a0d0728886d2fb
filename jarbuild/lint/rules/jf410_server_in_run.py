"""JF410: a RUN that starts a server, and waits for its end."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command
from jarbuild.lint.wordlists import words

_SERVERS = words(
    "http.server uvicorn gunicorn hypercorn nginx httpd redis-server mongod nodemon"
    " pm2-runtime php-fpm caddy"
)
_VERBS = {
    "npm": (("start",), ("run", "start"), ("run", "dev"), ("run", "serve")),
    "yarn": (("start",), ("run", "start"), ("dev",), ("serve",)),
    "pnpm": (("start",), ("run", "start"), ("dev",)),
    "flask": (("run",),),
    "rails": (("server",), ("s",)),
    "next": (("start",), ("dev",)),
    "docker": (("run",),),
}
_HARMLESS = ("--version", "-v", "-V", "--help", "-h", "-t", "--check-config", "--dry-run")


def check(document: Document) -> Remarks:
    for _, script in document.run_scripts:
        for command in script.commands:
            if command.after != "&" and command.name != "timeout" and _serves(command):
                yield Remark(
                    script.span(command),
                    f"{command.program} runs until it is stopped, and the build waits for it",
                    help="what shall run in the jar is CMD's",
                )


def _serves(command: Command) -> bool:
    if command.has_option(*_HARMLESS):
        return False
    verbs = _VERBS.get(command.program, ())
    return command.program in _SERVERS or any(command.values[: len(v)] == v for v in verbs)


RULE = Rule(
    code="JF410",
    name="server-in-run",
    severity=WARNING,
    why="""RUN prepares the home and must come to an end; CMD is what `geniejars app up` starts,
with the jar's ports and a log.""",
    bad="RUN npm start",
    good='CMD ["npm", "start"]',
    check=check,
)
