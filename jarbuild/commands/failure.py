"""`--on-fail`: what becomes of the build root when a RUN has failed. The home was not touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from geniejars import Home, RunFailedError
from jarbuild.commands.jars.attached import run_attached
from jarbuild.display.screen import standard_screen
from jarbuild.options import OnFail

SHELL = ("sh", "-i")


def attend_failure(
    error: RunFailedError,
    home: Home,
    env: Mapping[str, str],
    on_fail: OnFail,
    note: Callable[[str], None],
) -> None:
    """Show the state in which a RUN failed, as far as that was asked for; the next build goes on
    from the last step that succeeded all the same. `env` is what the RUN found."""
    if on_fail == "rollback":
        return
    error.help = "the jar is as it was"  # the rest of it has been done
    if on_fail == "shell" and os.isatty(0):
        _open_shell(error, home, env, note)
    else:
        note(f"the build root is as the RUN left it: {_root(home)}")


def _open_shell(
    error: RunFailedError, home: Home, env: Mapping[str, str], note: Callable[[str], None]
) -> None:
    note(f"a shell where line {error.step.line} failed; leave it with exit or Ctrl-D")
    screen = standard_screen()
    try:
        run_attached(
            home,
            SHELL,
            env,
            screen,
            with_input=True,
            with_terminal=True,
            role="build",
            cwd=error.step.workdir,
        )
    finally:
        home.end("build")


def _root(home: Home) -> Path:
    return Path(home.home).with_name("root")
