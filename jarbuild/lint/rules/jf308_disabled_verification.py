"""JF308: certificates or host keys are not checked."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command
from jarbuild.lint.wordlists import words
from jfile import Env, Span

_OPTIONS = {
    "curl": ("-k", "--insecure", "--proxy-insecure"),
    "wget": ("--no-check-certificate",),
    "pip": ("--trusted-host",),
    "pip3": ("--trusted-host",),
    "apt-get": ("--allow-unauthenticated",),
    "gem": ("--no-verify",),
}
_WORDS = words(
    "http.sslVerify=false strict-ssl=false --strict-ssl=false StrictHostKeyChecking=no"
    " -oStrictHostKeyChecking=no --no-verify-ssl --insecure-skip-tls-verify"
)
_VARIABLES = {
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    "GIT_SSL_NO_VERIFY": "",
    "PYTHONHTTPSVERIFY": "0",
    "npm_config_strict_ssl": "false",
    "NPM_CONFIG_STRICT_SSL": "false",
}


def check(document: Document) -> Remarks:
    for _, script in document.scripts:
        for command in script.commands:
            if (what := _disables(command)) is not None:
                yield _remark(script.span(command), what)
            for assignment in command.assignments:
                if _is_disabling(assignment.name, assignment.value):
                    yield _remark(script.span(assignment), assignment.name)
    for env in document.each(Env):
        if _is_disabling(str(env.key), str(env.value)):
            yield _remark(env.span, str(env.key))


def _disables(command: Command) -> str | None:
    for option in _OPTIONS.get(command.program, ()):
        if command.has_option(option):
            return option
    values = command.values
    if values[1:4] == ("set", "strict-ssl", "false"):
        return "strict-ssl false"
    return next((value for value in values if value in _WORDS), None)


def _is_disabling(name: str, value: str) -> bool:
    return name in _VARIABLES and _VARIABLES[name] in ("", value)


def _remark(span: Span, what: str) -> Remark:
    return Remark(
        span,
        f"with {what} anybody on the way can put in something else",
        help="let the machine trust the certificate: SSL_CERT_FILE of the manager reaches the jar",
    )


RULE = Rule(
    code="JF308",
    name="disabled-verification",
    severity=WARNING,
    why="""Encryption without a check of who is at the other end protects from nobody. The
manager's proxy and certificate variables reach every jar and are in no cache key.""",
    bad="RUN curl --insecure -o data.tar https://example.org/data-1.2.tar",
    good="RUN curl -fsS -o data.tar https://example.org/data-1.2.tar",
    check=check,
)
