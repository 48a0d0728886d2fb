"""JF404: a RUN that asks a question nobody answers."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command
from jarbuild.lint.wordlists import words

_ALWAYS = words("vi vim nano emacs less more top htop ssh-copy-id")
_QUESTIONS: dict[tuple[str, str], tuple[str, ...]] = {
    ("npm", "init"): ("-y", "--yes"),
    ("npm", "login"): (),
    ("npm", "adduser"): (),
    ("yarn", "init"): ("-y", "--yes"),
    ("git", "commit"): ("-m", "--message", "-F", "--file", "--no-edit", "-C"),
    ("gh", "auth"): ("--with-token",),
    ("poetry", "init"): ("-n", "--no-interaction"),
    ("ng", "new"): ("--defaults", "--interactive=false"),
    ("apt-get", "install"): ("-y", "--yes", "-q", "--assume-yes"),
}


def check(document: Document) -> Remarks:
    for _, script in document.run_scripts:
        for index, command in enumerate(script.commands):
            fed = index > 0 and command.before in ("|", "|&")
            is_fed = fed or any(r.operator.startswith("<") for r in command.redirections)
            if not is_fed and (what := _asks(command)):
                yield Remark(
                    script.span(command),
                    f"{what} waits for an answer, and a RUN's input is closed",
                    help="give the answers as options",
                )


def _asks(command: Command) -> str | None:
    program = command.program
    if program in _ALWAYS and "/" not in command.program_path:
        return program
    if program == "read" and command.before not in ("while", "until"):
        return program
    if program == "ssh-keygen" and not command.has_option("-N", "-l", "-y", "-R", "-F"):
        return program
    verb = next(command.operands(), None)
    silencers = _QUESTIONS.get((program, verb.value)) if verb else None
    if silencers is None or command.has_option(*silencers):
        return None
    return f"{program} {verb.value}" if verb else None


RULE = Rule(
    code="JF404",
    name="interactive-run",
    severity=WARNING,
    why="""A build has no keyboard: a RUN's standard input is closed. A program that asks gets an
end of file, fails, or waits for ever.""",
    bad="RUN npm init",
    good="RUN npm init -y",
    check=check,
)
