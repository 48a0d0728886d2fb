"""The runtime's door: pools of jars, their state and processes, plans and what executes them.

A name is loaded when it is first used, so that each command pays only for what it needs.
"""

# ruff: noqa: I001 - one line a name would be four screens

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from geniejars.version import VERSION

# fmt: off
if TYPE_CHECKING:
    from genieagent.jar import Role
    from genieagent.restarts import Policy
    from genieagent.trees import (
        EMPTY_FOLDER, EMPTY_TREE, NEW_FOLDER_MODE, BrokenObjectError, Change, Digest, Entry,
        Folder, Forest, Kind, Path, Tree, compare, folder_object, join, parse_folder, sha256,
        shared_mode, split,
    )
    from geniejars.accounts import cache_folder, state_folder
    from geniejars.allocation import allocate, bind_jfile, bound_jar, deallocate
    from geniejars.apps import (
        STOP_GRACE, jar_environment, keep_restart_policy, link_log, log_file_path, prepared_app,
    )
    from geniejars.audit import audit_file, read_audit
    from geniejars.checkup import Check, check_up
    from geniejars.client import AgentSession, AgentStatus, AppHealth, Applied, Drift, Session
    from geniejars.command import Terminal
    from geniejars.config import Config, Isolation, Network, embedded_config
    from geniejars.configfile import SCHEMA_FILE, find_config, load_config
    from geniejars.contents import Contents, stamp_of
    from geniejars.conversation import AgentError, AgentLostError, TimedOutError
    from geniejars.environment import REACH_VARIABLES, SEARCH_PATH, reach
    from geniejars.errors import (
        InternalError, JFileError, JarbuildError, MachineError, Place, StepFailedError, UsageError,
    )
    from geniejars.events import (
        Difference, Done, Event, Finished, Outcome, Output, Planned, Started, Stream, Transferred,
        Waiting,
    )
    from geniejars.home import Home
    from geniejars.homediff import HomeDiff, look_at_home
    from geniejars.jars import (
        backup_home, clear_home, end_jar, find_situation, list_agents, restore_home, server_pid,
        shut_down,
    )
    from geniejars.locks import locked
    from geniejars.occupants import HomeInUseError
    from geniejars.placing import ConflictError, nest, place
    from geniejars.plan import (
        JAR_VIEW, CacheFolder, Health, OverlayStep, Plan, Prepared, RunStep, Source, Stamp,
        Status, Step, Verdict, View,
    )
    from geniejars.pool.administration import (
        allocated_jars, change_machine, pool_removal, pool_setup,
    )
    from geniejars.pool.report import PoolReport, pool_report
    from geniejars.prepared import App, prepared_as_json, prepared_from_json
    from geniejars.processes import (
        Completed, Detached, agent_status, apply_acl, ensure_agent, normalize, open_jar, run_as,
        run_shell_as, start_as, stop_process,
    )
    from geniejars.program_limits import limited_programs
    from geniejars.reset import Reset, plan_reset, reset_home
    from geniejars.results import DamagedEntryError, Layer, LayerDraft, LayerFile, Result, Results
    from geniejars.runner import RunFailedError, Surroundings, execute
    from geniejars.secret_values import keep_secrets, kept_secrets
    from geniejars.server_link import RunningAgent
    from geniejars.share_requests import JarInUseError, share_folder, unshare_folder
    from geniejars.shares import settle_shares, shared_folders
    from geniejars.site import Site
    from geniejars.sizes import parse_size
    from geniejars.situation import Situation
    from geniejars.state import (
        JarEntry, State, acquire_lock, all_names, free_names, home_dir, initial_state, jfiles_in,
        occupied_entry, occupied_names, pool_name, read_state, resolve_name, write_state,
    )
    from geniejars.verification import verify_home, verify_root
    from geniejars.views import view_of

__all__ = [
    "EMPTY_FOLDER",
    "EMPTY_TREE",
    "JAR_VIEW",
    "NEW_FOLDER_MODE",
    "REACH_VARIABLES",
    "SCHEMA_FILE",
    "SEARCH_PATH",
    "STOP_GRACE",
    "VERSION",
    "AgentError",
    "AgentLostError",
    "AgentSession",
    "AgentStatus",
    "App",
    "AppHealth",
    "Applied",
    "BrokenObjectError",
    "CacheFolder",
    "Change",
    "Check",
    "Completed",
    "Config",
    "ConflictError",
    "Contents",
    "DamagedEntryError",
    "Detached",
    "Difference",
    "Digest",
    "Done",
    "Drift",
    "Entry",
    "Event",
    "Finished",
    "Folder",
    "Forest",
    "Health",
    "Home",
    "HomeDiff",
    "HomeInUseError",
    "InternalError",
    "Isolation",
    "JFileError",
    "JarEntry",
    "JarInUseError",
    "JarbuildError",
    "Kind",
    "Layer",
    "LayerDraft",
    "LayerFile",
    "MachineError",
    "Network",
    "Outcome",
    "Output",
    "OverlayStep",
    "Path",
    "Place",
    "Plan",
    "Planned",
    "Policy",
    "PoolReport",
    "Prepared",
    "Reset",
    "Result",
    "Results",
    "Role",
    "RunFailedError",
    "RunStep",
    "RunningAgent",
    "Session",
    "Site",
    "Situation",
    "Source",
    "Stamp",
    "Started",
    "State",
    "Status",
    "Step",
    "StepFailedError",
    "Stream",
    "Surroundings",
    "Terminal",
    "TimedOutError",
    "Transferred",
    "Tree",
    "UsageError",
    "Verdict",
    "View",
    "Waiting",
    "acquire_lock",
    "agent_status",
    "all_names",
    "allocate",
    "allocated_jars",
    "apply_acl",
    "audit_file",
    "backup_home",
    "bind_jfile",
    "bound_jar",
    "cache_folder",
    "change_machine",
    "check_up",
    "clear_home",
    "compare",
    "deallocate",
    "embedded_config",
    "end_jar",
    "ensure_agent",
    "execute",
    "find_config",
    "find_situation",
    "folder_object",
    "free_names",
    "home_dir",
    "initial_state",
    "jar_environment",
    "jfiles_in",
    "join",
    "keep_restart_policy",
    "keep_secrets",
    "kept_secrets",
    "limited_programs",
    "link_log",
    "list_agents",
    "load_config",
    "locked",
    "log_file_path",
    "look_at_home",
    "nest",
    "normalize",
    "occupied_entry",
    "occupied_names",
    "open_jar",
    "parse_folder",
    "parse_size",
    "place",
    "plan_reset",
    "pool_name",
    "pool_removal",
    "pool_report",
    "pool_setup",
    "prepared_app",
    "prepared_as_json",
    "prepared_from_json",
    "reach",
    "read_audit",
    "read_state",
    "reset_home",
    "resolve_name",
    "restore_home",
    "run_as",
    "run_shell_as",
    "server_pid",
    "settle_shares",
    "sha256",
    "share_folder",
    "shared_folders",
    "shared_mode",
    "shut_down",
    "split",
    "stamp_of",
    "start_as",
    "state_folder",
    "stop_process",
    "unshare_folder",
    "verify_home",
    "verify_root",
    "view_of",
    "write_state",
]

_MODULES = {
    "genieagent.jar": "Role",
    "genieagent.restarts": "Policy",
    "genieagent.trees":
        "EMPTY_FOLDER EMPTY_TREE NEW_FOLDER_MODE BrokenObjectError Change Digest Entry Folder "
        "Forest Kind Path Tree compare folder_object join parse_folder sha256 shared_mode split",
    "geniejars.accounts": "cache_folder state_folder",
    "geniejars.allocation": "allocate bind_jfile bound_jar deallocate",
    "geniejars.apps":
        "STOP_GRACE jar_environment keep_restart_policy link_log log_file_path prepared_app",
    "geniejars.audit": "audit_file read_audit",
    "geniejars.checkup": "Check check_up",
    "geniejars.client": "AgentSession AgentStatus AppHealth Applied Drift Session",
    "geniejars.command": "Terminal",
    "geniejars.config": "Config Isolation Network embedded_config",
    "geniejars.configfile": "SCHEMA_FILE find_config load_config",
    "geniejars.contents": "Contents stamp_of",
    "geniejars.conversation": "AgentError AgentLostError TimedOutError",
    "geniejars.occupants": "HomeInUseError",
    "geniejars.environment": "REACH_VARIABLES SEARCH_PATH reach",
    "geniejars.errors":
        "InternalError JFileError JarbuildError MachineError Place StepFailedError UsageError",
    "geniejars.events":
        "Difference Done Event Finished Outcome Output Planned Started Stream Transferred Waiting",
    "geniejars.home": "Home",
    "geniejars.homediff": "HomeDiff look_at_home",
    "geniejars.jars":
        "backup_home clear_home end_jar find_situation list_agents restore_home server_pid "
        "shut_down",
    "geniejars.locks": "locked",
    "geniejars.placing": "ConflictError nest place",
    "geniejars.plan":
        "JAR_VIEW CacheFolder Health OverlayStep Plan Prepared RunStep Source Stamp Status Step "
        "Verdict View",
    "geniejars.pool.administration": "allocated_jars change_machine pool_removal pool_setup",
    "geniejars.pool.report": "PoolReport pool_report",
    "geniejars.prepared": "App prepared_as_json prepared_from_json",
    "geniejars.processes":
        "Completed Detached agent_status apply_acl ensure_agent normalize open_jar run_as "
        "run_shell_as start_as stop_process",
    "geniejars.program_limits": "limited_programs",
    "geniejars.reset": "Reset plan_reset reset_home",
    "geniejars.results": "DamagedEntryError Layer LayerDraft LayerFile Result Results",
    "geniejars.runner": "RunFailedError Surroundings execute",
    "geniejars.secret_values": "keep_secrets kept_secrets",
    "geniejars.server_link": "RunningAgent",
    "geniejars.share_requests": "JarInUseError share_folder unshare_folder",
    "geniejars.shares": "settle_shares shared_folders",
    "geniejars.site": "Site",
    "geniejars.sizes": "parse_size",
    "geniejars.situation": "Situation",
    "geniejars.state":
        "JarEntry State acquire_lock all_names free_names home_dir initial_state jfiles_in "
        "occupied_entry occupied_names pool_name read_state resolve_name write_state",
    "geniejars.verification": "verify_home verify_root",
    "geniejars.views": "view_of",
}
# fmt: on
_WHERE = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """PEP 562: called where a name is not here yet."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_WHERE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
