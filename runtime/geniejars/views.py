"""Where and who a jar's processes think they are, known before a jar is made.

The server notes which situation it found; a plan reads the note, so that it needs no server. Where
there is none nothing was ever built here, and nothing can be cached for another view.
"""

from __future__ import annotations

import os
import platform

from geniejars.config import Config
from geniejars.facts import first_id
from geniejars.plan import JAR_VIEW, View
from geniejars.pool.installed import installed_pool
from geniejars.state import free_names, home_dir, read_state, replace_private

SITUATION_FILE = "situation"
AT_REAL_PATHS = ("no-namespaces", "weak")


def note_situation(config: Config, name: str) -> None:
    """What the zygote found; raises MachineError."""
    replace_private(config.state_dir / SITUATION_FILE, name + "\n")


def noted_situation(config: Config) -> str | None:
    """What it found last time; None where no server ever ran, or nobody can read the note."""
    try:
        return (config.state_dir / SITUATION_FILE).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None


def view_of(config: Config, jar: str | None) -> View:
    """The view of a jar, or of the one that would be allocated next."""
    situation = noted_situation(config)
    if situation not in AT_REAL_PATHS:
        return JAR_VIEW
    state = read_state(config)
    name = jar or next(iter(free_names(state)), None)
    if name is None:
        return JAR_VIEW
    uid = _workload_id(config, state["pool"][name]["number"], situation)
    user = str(uid) if installed_pool(config) is None else name
    return View(str(home_dir(config, name)), user, uid, platform.node())


def _workload_id(config: Config, number: int, situation: str) -> int:
    """As the zygote counts them, see genieagent.conditions."""
    if situation == "weak":
        return os.getuid()
    return first_id(config) + 2 * number
