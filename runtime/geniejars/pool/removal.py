"""What `geniejars uninstall` does to a machine: steps from what setup has made. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from geniejars.config import Config
from geniejars.pool.places import PoolPlaces
from geniejars.pool.steps import (
    EndProcesses,
    EndServer,
    EndZygote,
    ForgetIds,
    ReloadUnits,
    RemoveEmptyFolder,
    RemoveFile,
    RemoveGroup,
    RemoveLeftovers,
    RemoveManagersFiles,
    RemoveMember,
    RemoveTree,
    RemoveUser,
    Step,
)
from geniejars.pool.survey import Survey
from geniejars.pool.trust import untrusted_part

_STATE_FILES = ("facts.json", "situation", "isolation", "server.log")


def plan_removal(config: Config, survey: Survey, at: PoolPlaces) -> tuple[Step, ...]:
    """Empty where nothing is left of a setup. The folder of backups stays if anything is in it."""
    if survey.look(at.folder) is None:
        return ()
    record = survey.record
    return (
        EndServer(config),
        EndZygote(at.run, at.unit_name if survey.has_systemd else None),
        *_system_files(survey, at),
        *remove_jars(record.jars, survey, config.home_base),
        RemoveLeftovers(config.home_base),
        *_managers_files(config),
        *_common(config, survey),
        *_accounts(config, survey),
        *(RemoveEmptyFolder(Path(path)) for path in _own_folders(survey)),
        ForgetIds(at.folder, at.places.registry),
        RemoveTree(at.folder),
        *(RemoveEmptyFolder(folder) for folder in (at.folder.parent, at.run.parent)),
        RemoveEmptyFolder(at.places.registry.parent),
    )


def remove_jars(names: Iterable[str], survey: Survey, jars: Path) -> Iterator[Step]:
    """Processes, homes and accounts."""
    made = set(survey.record.users)
    for name in names:
        account = survey.users.get(name) if name in made else None
        if account is not None:
            yield EndProcesses(name, account.uid, account.uid + 1)  # see numbering
        if survey.look(jars / name) is not None:
            yield RemoveTree(jars / name)
        if account is not None:
            yield RemoveUser(name)
        if name in survey.groups and name in survey.record.groups:
            yield RemoveGroup(name)


def _system_files(survey: Survey, at: PoolPlaces) -> Iterator[Step]:
    """The sudo rule first: what it is for must not outlive it."""
    for path in (at.sudo_rule, at.tmpfiles_entry, at.unit):
        if survey.look(path) is not None:
            yield RemoveFile(path)
    if survey.has_systemd:
        yield ReloadUnits()
    if survey.look(at.run) is not None:
        yield RemoveTree(at.run)


def _managers_files(config: Config) -> Iterator[Step]:
    state = config.state_file.name
    copies = (f".{state}.copy", f".{state}.partial")  # see state.py
    beside = (config.state_dir / name for name in (*_STATE_FILES, *copies))
    yield RemoveManagersFiles(
        config.manager_user,
        files=(config.state_file, config.lock_file, *beside),
        folders=(config.socket_dir, config.secrets_dir, config.log_dir),
    )


def _common(config: Config, survey: Survey) -> Iterator[Step]:
    folder = config.common_dir
    if folder is not None and str(folder) in survey.record.folders:
        yield RemoveTree(folder)


def _accounts(config: Config, survey: Survey) -> Iterator[Step]:
    record, jars = survey.record, set(survey.record.jars)
    for user, group in record.members:
        if group in survey.groups and user in survey.groups[group].members:
            yield RemoveMember(user, group)
    yield from (RemoveUser(u) for u in record.users if u not in jars and u in survey.users)
    yield from (RemoveGroup(g) for g in record.groups if g not in jars and g in survey.groups)


def _own_folders(survey: Survey) -> Iterable[str]:
    """What setup made, the last first, where nobody else can have put another folder since."""
    return (
        path
        for path in reversed(survey.record.folders)
        if untrusted_part(Path(path).parent, survey.look) is None
    )
