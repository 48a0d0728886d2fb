"""Guarantee 13: what runs in a home cannot poison its next build, nor another jar's."""

from __future__ import annotations

from attack_record import Attack
from tenancies import Tenancy

POISON = "poisoned"


def _poisons(tenancy: Tenancy, jfile: str, plant: str, files: dict[str, str]) -> bool:
    """Whether what the tenant planted after one build shows in the next, whose RUN is another."""
    tenancy.build(jfile, files)
    tenancy.inside(plant)
    return POISON in tenancy.build(f"{jfile}RUN {_command(jfile)} && true again\n", files)


def _command(jfile: str) -> str:
    return jfile.splitlines()[-1].partition(" ")[2]


def edit_built_file(tenancy: Tenancy) -> bool:
    """Edits a file that a COPY made and a later RUN executes."""
    jfile = "COPY tool.py tool.py\nRUN python3 tool.py\n"
    return _poisons(tenancy, jfile, f"echo 'print(\"{POISON}\")' > tool.py", {"tool.py": ""})


def add_module(tenancy: Tenancy) -> bool:
    """Adds a module beside a script, where Python looks first."""
    jfile = "COPY tool.py tool.py\nRUN python3 tool.py\n"
    plant = f"echo 'print(\"{POISON}\")' > colorsys.py"
    return _poisons(tenancy, jfile, plant, {"tool.py": "import colorsys"})


def edit_shell_profile(tenancy: Tenancy) -> bool:
    """Edits what a login shell reads."""
    return _poisons(tenancy, "RUN sh -lc 'echo done'\n", f"echo echo {POISON} >> .profile", {})


def configure_npm(tenancy: Tenancy) -> bool:
    """Points npm to a registry of its own."""
    plant = f"echo registry=http://{POISON}.example/ > .npmrc"
    return _poisons(tenancy, "RUN cat .npmrc 2>/dev/null || echo none\n", plant, {})


def configure_git(tenancy: Tenancy) -> bool:
    """Gives git a name to sign with."""
    plant = f"git config --global user.name {POISON}"
    return _poisons(tenancy, "RUN git config user.name || echo none\n", plant, {})


def shadow_program(tenancy: Tenancy) -> bool:
    """Puts a program of its own where user-wide ones are found first."""
    plant = f"mkdir -p .local/bin; echo 'echo {POISON}' > .local/bin/tool; chmod +x .local/bin/tool"
    return _poisons(tenancy, "RUN PATH=$HOME/.local/bin:$PATH; tool || echo none\n", plant, {})


def edit_late(tenancy: Tenancy) -> bool:
    """A RUN leaves a process that changes the result when it has been looked at."""
    late = f"(setsid sh -c 'sleep 0.5; echo {POISON} > made' >/dev/null 2>&1 &) ; echo fine > made"
    jfile = f"RUN {late}\n"
    tenancy.build(jfile, {})
    return POISON in tenancy.inside("sleep 0.7; cat made")


PLOTS = (
    Attack(edit_built_file, 13),
    Attack(add_module, 13),
    Attack(edit_shell_profile, 13),
    Attack(configure_npm, 13),
    Attack(configure_git, 13),
    Attack(shadow_program, 13),
    Attack(edit_late, 13),
)
