"""Why a pool cannot be set up as it is configured. Found before anything is touched. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from geniejars.config import Config
from geniejars.pool.places import PoolPlaces
from geniejars.pool.survey import TOOLS, Survey
from geniejars.pool.texts import LONGEST_INTERPRETER
from geniejars.pool.trust import closed_part, untrusted_part
from geniejars.state import all_names

Objection = tuple[str, str]
"""What is wrong, and what to do about it."""

_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,31}")  # useradd(8), as Debian takes names
_OLDEST_PYTHON = (3, 11)


def objections(config: Config, survey: Survey, at: PoolPlaces) -> list[Objection]:
    return [
        *_about_tools(config, survey),
        *_about_names(config, survey),
        *_about_interpreter(config, survey),
        *_about_folders(config, survey, at),
        *_about_jars(config, survey),
    ]


def _about_tools(config: Config, survey: Survey) -> Iterator[Objection]:
    needed = [t for t in TOOLS if config.manager_user != "root" or t not in ("sudo", "visudo")]
    if missing := [tool for tool in needed if tool not in survey.tools]:
        yield f"{', '.join(missing)} not found", "install the packages passwd and sudo"


def _about_names(config: Config, survey: Survey) -> Iterator[Objection]:
    if config.manager_user not in survey.users:
        yield (
            f"managerUser: there is no user {config.manager_user}",
            "name the user who will build and run jars",
        )
    own = {"managerGroup": config.manager_group, "commonUser": config.common_user}
    names = {**own, "poolPrefix and poolPadding": all_names(config)[-1]}
    for key, name in names.items():
        if not _ACCOUNT.fullmatch(name) and name not in {*survey.users, *survey.groups}:
            yield (
                f"{key}: {name} cannot be an account's name",
                "lower-case letters, digits, - and _, at most 32, a letter first",
            )
    if config.manager_group == "root" and config.manager_user != "root":
        yield "managerGroup: root's group would reach into every home", "choose a group of its own"
    yield from _about_strangers(config, survey)


def _about_strangers(config: Config, survey: Survey) -> Iterator[Objection]:
    """Accounts that have the names ours would get."""
    made = {*survey.record.users, *survey.record.groups}
    accounts = {*survey.users, *survey.groups}
    if taken := [name for name in all_names(config) if name in accounts - made]:
        yield (
            f"there is an account {taken[0]} already, and not of this pool's",
            "choose another poolPrefix; a pool of geniejars 0.2.13 is removed by its own uninstall",
        )
    common = config.common_user
    if common != config.manager_user and common in survey.users and common not in made:
        yield (
            f"commonUser: there is a user {common} already, and not of this pool's",
            f"choose another name, or {config.manager_user}",
        )


def _about_interpreter(config: Config, survey: Survey) -> Iterator[Objection]:
    python = config.python_path
    way_out = 'set pythonPath to the system\'s, as in "pythonPath": "/usr/bin/python3"'
    if len(str(python)) > LONGEST_INTERPRETER or set(" \t\n") & set(str(python)):
        yield f"pythonPath: {python} is too long or has a blank in it", way_out
    elif (part := untrusted_part(python, survey.look)) is not None:
        yield f"pythonPath: others than root can change {part}, on the way to {python}", way_out
    elif survey.python is None:
        yield f"pythonPath: {python} does not run for {config.manager_user}", way_out
    elif survey.python.version < _OLDEST_PYTHON:
        version = ".".join(map(str, survey.python.version))
        yield f"pythonPath: {python} is Python {version}, 3.11 is needed", way_out
    else:
        parts = (untrusted_part(folder, survey.look) for folder in survey.python.path)
        if (part := next(filter(None, parts), None)) is not None:
            why = f"others than root can change {part}, where {python} loads from"
            yield f"pythonPath: {why}", way_out


def _about_folders(config: Config, survey: Survey, at: PoolPlaces) -> Iterator[Objection]:
    theirs = {"homeBase": config.home_base}
    if config.common_dir is not None:
        theirs["commonDir"] = config.common_dir.parent
    for key, path in {**theirs, "root's programs": at.folder}.items():
        if (part := untrusted_part(path, survey.look)) is not None:
            yield (
                f"{key}: others than root can change {part}, on the way to {path}",
                f"choose a folder of root's, as /var/lib/geniejars/{config.pool_prefix}",
            )
        elif (part := closed_part(path, survey.look)) is not None:
            yield (
                f"{key}: not everybody may pass {part}",
                f"choose another folder, or chmod o+x {part}",
            )
    common = config.common_dir
    if common is not None and (common == config.home_base or config.home_base in common.parents):
        yield "commonDir must not lie in homeBase", "put it beside it"


def _about_jars(config: Config, survey: Survey) -> Iterator[Objection]:
    gone = surplus_jars(config, survey)
    if kept := [name for name in survey.allocated if name in gone]:
        yield (
            f"poolSize {config.pool_size}: {', '.join(kept)} would go, and is allocated",
            f"geniejars free {kept[0]}",
        )


def surplus_jars(config: Config, survey: Survey) -> tuple[str, ...]:
    """Jars of the pool that it has no more."""
    kept = set(all_names(config))
    return tuple(name for name in survey.record.jars if name not in kept)


def trusted(path: Path, survey: Survey) -> bool:
    return untrusted_part(path, survey.look) is None
