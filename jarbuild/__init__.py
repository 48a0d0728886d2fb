"""jarbuild as a library: the ancestor's functions under Python names, and what is new.

Importing it loads nothing; a name is loaded when it is first used.

>>> import jarbuild
>>> config = jarbuild.load_config()
>>> name = jarbuild.allocate(config, tag="myapp")
>>> jarbuild.run_as(config, name, "id", capture=True).stdout
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geniejars import (
        AgentStatus,
        Completed,
        Config,
        Detached,
        Prepared,
        acquire_lock,
        agent_status,
        all_names,
        allocate,
        apply_acl,
        backup_home,
        clear_home,
        deallocate,
        ensure_agent,
        free_names,
        home_dir,
        initial_state,
        jar_environment,
        load_config,
        log_file_path,
        normalize,
        occupied_names,
        pool_name,
        read_state,
        resolve_name,
        restore_home,
        run_as,
        run_shell_as,
        server_pid,
        start_as,
        stop_process,
        write_state,
    )
    from jarbuild.library import apply_jfile, build, plan, prepare
    from jarbuild.reading import parse_jfile, read_jfile

__all__ = [
    "AgentStatus",
    "Completed",
    "Config",
    "Detached",
    "Prepared",
    "acquire_lock",
    "agent_status",
    "all_names",
    "allocate",
    "apply_acl",
    "apply_jfile",
    "backup_home",
    "build",
    "clear_home",
    "deallocate",
    "ensure_agent",
    "free_names",
    "home_dir",
    "initial_state",
    "jar_environment",
    "load_config",
    "log_file_path",
    "normalize",
    "occupied_names",
    "parse_jfile",
    "plan",
    "pool_name",
    "prepare",
    "read_jfile",
    "read_state",
    "resolve_name",
    "restore_home",
    "run_as",
    "run_shell_as",
    "server_pid",
    "start_as",
    "stop_process",
    "write_state",
]

_OURS = {
    "apply_jfile": "jarbuild.library",
    "build": "jarbuild.library",
    "plan": "jarbuild.library",
    "prepare": "jarbuild.library",
    "parse_jfile": "jarbuild.reading",
    "read_jfile": "jarbuild.reading",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_OURS.get(name, "geniejars")), name)


def __dir__() -> list[str]:
    return __all__
