"""COPY and ADD: sources of the context, of other stages, of the network."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Mapping, Sequence

from attrs import define

from jarbuild.dockerfile import paths
from jarbuild.dockerfile.draft import Draft, spelled
from jarbuild.dockerfile.instructions import Instruction
from jarbuild.dockerfile.variables import words

_ARCHIVE = re.compile(r"\.(tar|tar\.(gz|bz2|xz|zst)|tgz|tbz2|txz)\Z")
_DOWNLOAD = re.compile(r"(?:https?|ftp)://")
_REPOSITORY = re.compile(r"git@|(?:https?|ssh|git)://[^#]*\.git(?:#|\Z)")
_OCTAL = re.compile(r"[0-7]{3,4}")

# Flags that have nothing to say in a home, and why.
_NEEDLESS = {
    "chown": "everything in a jar's home belongs to the jar",
    "link": "a home has no layers",
    "keep-git-dir": "git clone keeps it",
    "unpack": "write RUN tar -xf",
    "parents": "a folder's content is copied without the folders above it: name them in DEST",
}


@define
class Copying:
    """One COPY or ADD; `stages` are the folders of the stages that are part of the JFile."""

    draft: Draft
    instruction: Instruction
    stages: Mapping[str, str]

    def convert(self) -> None:
        for name, _ in self.instruction.flags:
            if name in _NEEDLESS:
                self.draft.note(self.instruction, _NEEDLESS[name], f"--{name}")
        filled = self.draft.fill(self.instruction.text, self.instruction)
        named = words(filled)
        if self.instruction.documents:
            self._write_documents(named)
        elif len(named) < 2:
            self.draft.drop(self.instruction, "it has no destination")
        elif self.instruction.flag("from") is not None:
            self._copy_from_stage(named[:-1], named[-1])
        else:
            self._copy(named[:-1], named[-1])

    # Files of the context

    def _copy(self, sources: Sequence[str], dest: str) -> None:
        local = [source for source in sources if not self._fetch(source, dest)]
        archives = [s for s in local if self._is_add and _ARCHIVE.search(s)]
        plain = [_in_context(source) for source in local if source not in archives]
        if plain:
            self._copy_files(plain, dest)
        for archive in archives:
            self._unpack(archive, dest)

    def _copy_files(self, sources: Sequence[str], dest: str) -> None:
        place = self._dest(dest)
        if len(sources) > 1 and not place.endswith("/"):
            place += "/"
        self.draft.add(f"COPY {self._flags()}{spelled([*sources, place])}", self.instruction)
        self._keep(sources, dest)

    def _dest(self, dest: str) -> str:
        """The destination as a JFile has it; a `/` behind it stays."""
        place = self.draft.place(dest)
        is_folder = dest.endswith(("/", "/.")) or dest in (".", "./")
        if place == ".":
            return "./" if dest.endswith("/") else "."
        return f"{place}/" if is_folder else place

    def _keep(self, sources: Sequence[str], dest: str) -> None:
        """What lies there is the app's; in a folder like /etc, only these files are."""
        path = self.draft.absolute(dest)
        self.draft.keep(path)
        names = [posixpath.basename(source.rstrip("/")) for source in sources]
        if paths.is_shared(path):
            self.draft.made.update(posixpath.join(path, name) for name in names if name)
        is_program = path.startswith(("/usr/local/bin", "/usr/bin", "/bin"))
        if (paths.is_system(path) or path.startswith("/usr/local/")) and not is_program:
            place = paths.inside(path)
            self.draft.note(
                self.instruction,
                f"it lies in the home, at {place}: whoever looks for it in {path} must be told",
                dest,
            )
        folder = path if paths.is_shared(path) else posixpath.dirname(path)
        if is_program and paths.inside(folder) not in self.draft.search:
            self.draft.search.append(paths.inside(folder))

    def _flags(self) -> str:
        found = []
        for name, value in self.instruction.flags:
            if name == "chmod" and not _OCTAL.fullmatch(value):
                self.draft.note(self.instruction, "--chmod takes octal modes only", "--chmod")
            elif name in ("chmod", "exclude"):
                found.append(f"--{name}={value} ")
        return "".join(found)

    # ADD

    @property
    def _is_add(self) -> bool:
        return self.instruction.keyword == "ADD"

    def _fetch(self, source: str, dest: str) -> bool:
        """Whether the source is elsewhere than in the context."""
        if not self._is_add or not (_DOWNLOAD.match(source) or _REPOSITORY.match(source)):
            return False
        if _REPOSITORY.match(source):
            self._clone(source, dest)
        else:
            self._download(source, dest)
        self.draft.keep(self.draft.absolute(dest))
        return True

    def _clone(self, source: str, dest: str) -> None:
        url, _, ref = source.partition("#")
        branch = f"--branch {shlex.quote(ref.partition(':')[0])} " if ref else ""
        place = shlex.quote(self.draft.place(dest))
        self.draft.add(
            f"RUN git clone --depth 1 {branch}{shlex.quote(url)} {place}", self.instruction
        )

    def _download(self, source: str, dest: str) -> None:
        """A folder gets the file under the name that its address ends with."""
        name = posixpath.basename(source.partition("?")[0])
        place = self.draft.place(posixpath.join(dest, name) if dest[-1:] in "/." else dest)
        file = shlex.quote(place)
        command = f"curl -fsSL --create-dirs -o {file} {shlex.quote(source)}"
        checksum = self.instruction.flag("checksum")
        if checksum is not None and checksum.startswith("sha256:"):
            command += f" \\\n    && echo '{checksum[7:]}  {place}' | sha256sum -c -"
        else:
            self.draft.note(self.instruction, "RUN curl fetches it once, and again with --no-cache")
        self.draft.add(f"RUN {command}", self.instruction)

    def _unpack(self, archive: str, dest: str) -> None:
        source = _in_context(archive)
        name, place = posixpath.basename(source), self.draft.place(dest)
        self.draft.note(self.instruction, "COPY does not unpack: RUN tar does", archive)
        self.draft.add(f"COPY {spelled([source, name])}", self.instruction)
        file, folder = shlex.quote(name), shlex.quote(place)
        self.draft.add(
            f"RUN mkdir -p {folder} && tar -xf {file} -C {folder} && rm {file}", self.instruction
        )
        self.draft.keep(self.draft.absolute(dest))

    # Other stages and here-documents

    def _copy_from_stage(self, sources: Sequence[str], dest: str) -> None:
        stage = self.instruction.flag("from") or ""
        if stage.lower() not in self.stages:
            self.draft.drop(
                self.instruction,
                f"{stage} is an image, and a jar has only the machine's own programs:"
                " install it there, or COPY the files",
            )
            return
        for source in sources:
            self._move(paths.absolute(source, "/"), dest)

    def _move(self, source: str, dest: str) -> None:
        """All stages are in one home: what one of them made is there already."""
        target = self.draft.absolute(dest)
        into = dest.endswith("/") or dest in (".", "./") or paths.is_shared(target)
        if paths.is_system(source) and source not in self.draft.made:
            self.draft.note(
                self.instruction, "part of the image's system; the machine has its own", source
            )
        elif paths.inside(source) == _arrival(source, target, into):
            self.draft.note(
                self.instruction, "all stages are in one home: it is there already", source
            )
        else:
            self.draft.add(_copy_command(source, target, into), self.instruction)
            self._keep([source], dest)

    def _write_documents(self, named: Sequence[str]) -> None:
        dest = named[-1] if named else "."
        for document in self.instruction.documents:
            is_folder = dest.endswith("/") or len(self.instruction.documents) > 1
            path = posixpath.join(dest, document.name) if is_folder else dest
            place = self.draft.place(path)
            folder = posixpath.dirname(place)
            quote = "'" if document.is_quoted else ""
            made = f"mkdir -p {shlex.quote(folder)} && " if folder else ""
            opening = f"<<{quote}{document.name}{quote}"
            body = [line.lstrip("\t") if document.strips_tabs else line for line in document.body]
            text = f"RUN {made}cat > {shlex.quote(place)} {opening}"
            self.draft.add("\n".join([text, *body, document.name]), self.instruction)
            self._keep([place], path)


def _in_context(source: str) -> str:
    """Docker's context has no outside: `/a` and `../a` are `a` in it."""
    cleaned = posixpath.normpath(posixpath.join("/", source))[1:] or "."
    return f"{cleaned}/" if source.endswith("/") and cleaned != "." else cleaned


def _arrival(source: str, target: str, into: bool) -> str:
    """Where the source will be: a folder gives its content, and a file has an ending mostly."""
    is_file = "." in posixpath.basename(source)[1:]
    is_shared = paths.is_shared(target)
    name = posixpath.basename(source) if (into or is_shared) and is_file else ""
    return paths.inside(posixpath.join(target, name))


def _copy_command(source: str, target: str, into: bool) -> str:
    """cp as COPY does it: a folder's content, a file into a folder or under another name."""
    made = f'"$HOME/{paths.inside(source)}"' if not set("*?[") & set(source) else _globbed(source)
    place = f'"$HOME/{paths.inside(target)}"'
    if into:
        is_file = "." in posixpath.basename(source)[1:] or paths.is_shared(target)
        command = "cp -a" if is_file or set("*?[") & set(source) else "cp -aT"
        return f"RUN mkdir -p {place} && {command} {made} {place}"
    parent = posixpath.dirname(paths.inside(target))
    before = f'mkdir -p "$HOME/{parent}" && ' if parent else ""
    return f"RUN {before}cp -aT {made} {place}"


def _globbed(source: str) -> str:
    """Quotes around everything but the pattern."""
    folder, _, name = paths.inside(source).rpartition("/")
    return f'"$HOME/{folder}/"{name}'
