"""What setup and uninstall do to a machine, as data: --dry-run prints it, the walker acts on it."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from geniejars.config import Config


@frozen
class NoteIds:
    """Keep these numbers for this pool's jars."""

    key: Path
    ids: range
    registry: Path

    def __str__(self) -> str:
        return f"note ids {self.ids.start}-{self.ids.stop - 1} for {self.key}"


@frozen
class ForgetIds:
    key: Path
    registry: Path

    def __str__(self) -> str:
        return f"give back the ids of {self.key}"


@frozen
class MakeGroup:
    name: str
    gid: int

    def __str__(self) -> str:
        return f"make group {self.name} ({self.gid})"


@frozen
class MakeUser:
    """One who cannot log in and has no subordinate ids."""

    name: str
    uid: int
    group: str
    home: Path
    comment: str

    def __str__(self) -> str:
        return f"make user {self.name} ({self.uid}), home {self.home}, no login"


@frozen
class AddMember:
    user: str
    group: str

    def __str__(self) -> str:
        return f"add {self.user} to group {self.group}"


@frozen
class MakeFolder:
    """In a folder that only root can change; of one that is there owner and mode are set."""

    path: Path
    mode: int
    user: str = "root"
    group: str = "root"

    def __str__(self) -> str:
        return f"make folder {self.path} ({self.mode:04o}, {self.user}:{self.group})"


@frozen
class MakeHome:
    """A jar's folder with its parts."""

    jars: Path
    name: str
    manager: tuple[int, int]
    workload: int
    agent: int

    def __str__(self) -> str:
        return f"make home {self.jars / self.name}/home (2770, {self.name})"


@frozen
class WriteFile:
    """Whole or not at all, root's. `is_sudo_rule`: checked by visudo before it has its name."""

    path: Path
    mode: int
    text: str
    is_sudo_rule: bool = False

    def __str__(self) -> str:
        return f"write {self.path} ({self.mode:04o})"


@frozen
class CopyCode:
    """The package that runs as root."""

    source: Path
    target: Path

    def __str__(self) -> str:
        return f"copy {self.source} to {self.target}"


@frozen
class EndZygote:
    """With every jar it has made. `unit` where systemd has started it."""

    run: Path
    unit: str | None

    def __str__(self) -> str:
        return "end the process that makes jars"


@frozen
class EndServer:
    """The manager's, apps first and kindly."""

    config: Config

    def __str__(self) -> str:
        return f"end the server of {self.config.manager_user}, and what runs in the jars"


@frozen
class EndProcesses:
    """All that runs under the ids of a jar."""

    jar: str
    workload: int
    agent: int

    def __str__(self) -> str:
        return f"end every process of {self.jar}"


@frozen
class ReloadUnits:
    def __str__(self) -> str:
        return "let systemd read its units again"


@frozen
class RemoveUser:
    name: str

    def __str__(self) -> str:
        return f"remove user {self.name}"


@frozen
class RemoveGroup:
    name: str

    def __str__(self) -> str:
        return f"remove group {self.name}"


@frozen
class RemoveMember:
    user: str
    group: str

    def __str__(self) -> str:
        return f"take {self.user} out of group {self.group}"


@frozen
class RemoveFile:
    path: Path

    def __str__(self) -> str:
        return f"remove {self.path}"


@frozen
class RemoveTree:
    """A folder with all that is in it; its parent is root's."""

    path: Path

    def __str__(self) -> str:
        return f"remove {self.path} with all that is in it"


@frozen
class RemoveLeftovers:
    """What a zygote had put aside and could not remove any more."""

    jars: Path

    def __str__(self) -> str:
        return f"remove what was put aside in {self.jars}"


@frozen
class RemoveManagersFiles:
    """As the manager: state, sockets and logs lie in folders that the manager can change."""

    manager: str
    files: tuple[Path, ...]
    folders: tuple[Path, ...]

    def __str__(self) -> str:
        return f"as {self.manager}: remove {', '.join(map(str, (*self.files, *self.folders)))}"


@frozen
class RemoveEmptyFolder:
    """Left where somebody else has put something into it."""

    path: Path

    def __str__(self) -> str:
        return f"remove {self.path} where it is empty"


Step = (
    NoteIds
    | ForgetIds
    | MakeGroup
    | MakeUser
    | AddMember
    | MakeFolder
    | MakeHome
    | WriteFile
    | CopyCode
    | EndZygote
    | EndServer
    | EndProcesses
    | ReloadUnits
    | RemoveUser
    | RemoveGroup
    | RemoveMember
    | RemoveFile
    | RemoveTree
    | RemoveLeftovers
    | RemoveManagersFiles
    | RemoveEmptyFolder
)
