"""JF213: a cache mount would save downloads."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO
from jarbuild.lint.installs import install_of
from jarbuild.lint.rule import Remark, Remarks, Rule

_MOUNTS = {
    "npm": "ENV npm_config_cache=/home/jar/.npm and --mount=type=cache,target=/home/jar/.npm",
    "pip": "ENV PIP_CACHE_DIR=/home/jar/.pip and --mount=type=cache,target=/home/jar/.pip",
    "cargo": "--mount=type=cache,target=/home/jar/.cargo/registry",
    "go": "--mount=type=cache,target=/home/jar/go/pkg/mod",
}


def check(document: Document) -> Remarks:
    for run, script in document.run_scripts:
        if run.mounts:
            continue
        for command in script.commands:
            install = install_of(command)
            if install is not None and install.tool in _MOUNTS:
                yield Remark(
                    script.span(command),
                    f"when this runs again, {install.tool} downloads everything again",
                    help=f"add {_MOUNTS[install.tool]}",
                )
                break


RULE = Rule(
    code="JF213",
    name="missing-cache-mount",
    severity=INFO,
    is_default=False,
    why="""A cache mount is a folder that is kept between builds, outside the home's tree. A
package manager that has its download cache there fetches only what is new when its step must run
again.""",
    bad="RUN npm ci",
    good="ENV npm_config_cache=/home/jar/.npm\nRUN --mount=type=cache,target=/home/jar/.npm npm ci",
    check=check,
)
