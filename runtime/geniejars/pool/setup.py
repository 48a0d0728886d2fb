"""What `geniejars setup` does to a machine: steps from a config and what exists. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeGuard

from attrs import frozen

from geniejars.config import Config
from geniejars.errors import UsageError
from geniejars.facts import pool_facts
from geniejars.pool import texts
from geniejars.pool.numbering import Numbering, number_pool
from geniejars.pool.objections import objections, surplus_jars, trusted
from geniejars.pool.places import PoolPlaces
from geniejars.pool.record import Record
from geniejars.pool.removal import remove_jars
from geniejars.pool.steps import (
    AddMember,
    CopyCode,
    EndZygote,
    MakeFolder,
    MakeGroup,
    MakeHome,
    MakeUser,
    NoteIds,
    ReloadUnits,
    RemoveFile,
    Step,
    WriteFile,
)
from geniejars.pool.survey import Survey, code_folder
from geniejars.pool.trust import Found
from geniejars.state import all_names


def plan_setup(config: Config, survey: Survey, at: PoolPlaces) -> tuple[Step, ...]:
    """Empty where everything is as it should be; raises UsageError, MachineError for a config or
    a machine that will not do."""
    _refuse(objections(config, survey, at), config)
    numbering = number_pool(survey.census, config.pool_size)
    wishes = Wishes(config, survey, at, numbering)
    program = tuple(wishes.program())
    gone = surplus_jars(config, survey)
    end = _end_of_running(survey, at) if program or gone else ()
    accounts = (*wishes.groups(), *wishes.users(), *wishes.members())
    folders = (*wishes.folders(), *wishes.homes())
    system = tuple(wishes.system_files())
    record = wishes.record((*accounts, *folders))
    removed = remove_jars(gone, survey, _home_base(survey, at) or config.home_base)
    before = tuple(wishes.notes(record, is_first=True))
    after = tuple(wishes.notes(record.without_jars(gone), is_first=False)) if gone else ()
    steps = (*end, *before, *accounts, *folders, *removed, *program, *system, *after)
    return tuple(dict.fromkeys(steps))  # folders above several others are made once


def _refuse(found: list[tuple[str, str]], config: Config) -> None:
    if not found:
        return
    file = f"{config.source}: " if config.source else ""
    helps = dict.fromkeys(help for _, help in found)
    raise UsageError(file + "; ".join(what for what, _ in found), help="; ".join(helps))


def _end_of_running(survey: Survey, at: PoolPlaces) -> Iterable[Step]:
    if survey.agents is None:
        return ()
    if survey.agents:
        raise UsageError(
            f"jars of the pool {at.pool} are in use, and setup would end them",
            help="let their manager type geniejars sys down first",
        )
    return (EndZygote(at.run, at.unit_name if survey.has_systemd else None),)


def _home_base(survey: Survey, at: PoolPlaces) -> Path | None:
    """Where the jars of the pool lie now."""
    text = survey.read(at.facts)
    return None if text is None else Path(json.loads(text)["jars"])


@frozen
class Wishes:
    """What a pool needs and has not yet got, one kind after the other."""

    config: Config
    survey: Survey
    at: PoolPlaces
    numbering: Numbering

    @property
    def has_common_group(self) -> bool:
        """A common folder whose user is the manager is open to all."""
        return self.config.common_dir is not None and (
            self.config.common_user != self.config.manager_user
        )

    def notes(self, record: Record, *, is_first: bool) -> Iterator[Step]:
        """What must be known even when the rest fails."""
        folder, noted = self.at.folder, self.survey.census.mine
        if is_first:
            yield from self._folder(folder.parent, 0o755)
            yield from self._folder(folder, 0o755)
        if self.survey.read(self.at.record) != record.text() or not is_first:
            yield WriteFile(self.at.record, 0o644, record.text())
        if is_first and noted != self.numbering.block:
            yield NoteIds(folder, self.numbering.block, self.at.places.registry)

    def record(self, steps: Iterable[Step]) -> Record:
        """What these steps make, and what earlier ones made."""
        made = Record(
            users=tuple(s.name for s in steps if isinstance(s, MakeUser)),
            groups=tuple(s.name for s in steps if isinstance(s, MakeGroup)),
            members=tuple((s.user, s.group) for s in steps if isinstance(s, AddMember)),
            folders=tuple(str(s.path) for s in steps if self._is_new_folder(s)),
            jars=tuple(all_names(self.config)),
        )
        return self.survey.record.joined(made)

    def _is_new_folder(self, step: Step) -> TypeGuard[MakeFolder]:
        return isinstance(step, MakeFolder) and self.survey.look(step.path) is None

    def groups(self) -> Iterator[Step]:
        wanted = {self.config.manager_group: self.numbering.manager_group}
        if self.has_common_group:
            wanted[self.config.common_user] = self.numbering.common
        wanted |= {name: self.numbering.workload(k) for k, name in self._jars()}
        for name, gid in wanted.items():
            if name not in self.survey.groups:
                yield MakeGroup(name, gid)

    def users(self) -> Iterator[Step]:
        common, comment = self.config.common_user, f"pool {self.at.pool} of jarbuild"
        if self.has_common_group and common not in self.survey.users:
            assert self.config.common_dir is not None
            yield MakeUser(common, self.numbering.common, common, self.config.common_dir, comment)
        for k, name in self._jars():
            if name not in self.survey.users:
                home = self.config.home_base / name / "home"
                yield MakeUser(name, self.numbering.workload(k), name, home, comment)

    def members(self) -> Iterator[Step]:
        user, name = self.config.manager_user, self.config.manager_group
        group = self.survey.groups.get(name)
        is_primary = group is not None and self.survey.users[user].gid == group.gid
        if not is_primary and (group is None or user not in group.members):
            yield AddMember(user, name)

    def folders(self) -> Iterator[Step]:
        config, manager = self.config, self.config.manager_user
        yield from self._folder(config.home_base, 0o755)
        if config.common_dir is not None:
            group = config.common_user if self.has_common_group else config.manager_group
            mode = 0o2750 if self.has_common_group else 0o2755
            yield from self._folder(config.common_dir, mode, manager, group)
        yield from self._managers_folders()

    def _managers_folders(self) -> Iterator[Step]:
        """Those that the manager cannot make: what lies in a folder of the manager's, can."""
        made: set[Path] = set()
        config = self.config
        for folder in (config.state_dir, config.socket_dir, config.log_dir, config.backup_dir):
            is_missing = self.survey.look(folder) is None and made.isdisjoint(folder.parents)
            if is_missing and folder not in made and trusted(folder, self.survey):
                made.add(folder)
                group = config.manager_group
                yield from self._folder(folder, 0o700, config.manager_user, group)

    def _folder(
        self, path: Path, mode: int, user: str = "root", group: str = "root"
    ) -> Iterator[Step]:
        """The folders above it, too, where they are missing."""
        missing = [above for above in path.parents if self.survey.look(above) is None]
        yield from (MakeFolder(above, 0o755) for above in reversed(missing))
        if not self._is_as(self.survey.look(path), mode, user, group):
            yield MakeFolder(path, mode, user, group)

    def _is_as(self, found: Found | None, mode: int, user: str, group: str) -> bool:
        account, named = self.survey.users.get(user), self.survey.groups.get(group)
        if found is None or account is None or named is None:
            return False
        return (found.uid, found.gid, found.mode & 0o7777) == (account.uid, named.gid, mode)

    def homes(self) -> Iterator[Step]:
        jars, manager = self.config.home_base, (self._manager_uid, self._manager_gid)
        for k, name in self._jars():
            if self.survey.look(jars / name / "home") is None:
                ids = self.numbering.workload(k), self.numbering.agent(k)
                yield MakeHome(jars, name, manager, *ids)

    def program(self) -> Iterator[Step]:
        """What runs as root."""
        if self.survey.ours != self.survey.installed:
            yield CopyCode(code_folder(), self.at.code)
        yield from self._file(self.at.facts, 0o644, self._facts())
        yield from self._file(
            self.at.program, 0o755, texts.program(self.at, self.config.python_path)
        )

    def _facts(self) -> str:
        facts = pool_facts(
            self.config,
            manager=(self._manager_uid, self._manager_gid),
            ids=(self.numbering.block.start, 2 * self.config.pool_size),
            run=self.at.run,
            common_gid=self._common_gid,
            unit=self.at.unit_name if self.survey.has_systemd else None,
            login_gid=self.survey.users[self.config.manager_user].gid,
        )
        return json.dumps(facts, indent=2) + "\n"

    def system_files(self) -> Iterator[Step]:
        """What sudo, systemd-tmpfiles and systemd read."""
        at, manager = self.at, self.config.manager_user
        yield from self._folder(at.run.parent, 0o755)
        yield from self._folder(at.run, 0o711)
        yield from self._file(at.tmpfiles_entry, 0o644, texts.tmpfiles_entry(at))
        if manager != "root":
            rule = texts.sudo_rule(at, manager, self._manager_uid)
            if self.survey.read(at.sudo_rule) != rule:
                yield WriteFile(at.sudo_rule, 0o440, rule, is_sudo_rule=True)
        elif self.survey.look(at.sudo_rule) is not None:
            yield RemoveFile(at.sudo_rule)
        if self.survey.has_systemd and self.survey.read(at.unit) != texts.unit(at):
            yield WriteFile(at.unit, 0o644, texts.unit(at))
            yield ReloadUnits()

    def _file(self, path: Path, mode: int, text: str) -> Iterator[Step]:
        if self.survey.read(path) != text:
            yield WriteFile(path, mode, text)

    def _jars(self) -> Iterator[tuple[int, str]]:
        return enumerate(all_names(self.config))

    @property
    def _manager_uid(self) -> int:
        return self.survey.users[self.config.manager_user].uid

    @property
    def _manager_gid(self) -> int:
        group = self.survey.groups.get(self.config.manager_group)
        return self.numbering.manager_group if group is None else group.gid

    @property
    def _common_gid(self) -> int | None:
        if not self.has_common_group:
            return None
        group = self.survey.groups.get(self.config.common_user)
        return self.numbering.common if group is None else group.gid
