"""RUN: what is about the system goes, what is about the app moves into the home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import define

from jarbuild.dockerfile import paths, shelltext
from jarbuild.dockerfile.draft import Draft, array
from jarbuild.dockerfile.instructions import Instruction
from jarbuild.dockerfile.variables import json_array
from jarbuild.lint.rules.jf304_needs_root import needs_root
from jarbuild.lint.shell import Script

# Mounts and flags that a JFile has not, and what to do instead.
_MOUNTS = {
    "secret": "IMPORT a variable instead: there is no file in /run/secrets",
    "ssh": "a jar has no ssh agent: clone outside and COPY, or IMPORT a token",
    "tmpfs": "every RUN has an empty /tmp",
}


@define
class Running:
    """One RUN."""

    draft: Draft
    instruction: Instruction

    def convert(self) -> None:
        flags = self._flags()
        argv = json_array(self.instruction.text)
        if argv is not None:
            moved = [paths.moved(word, self.draft.made) for word in argv]
            # Only a shell would know $HOME.
            self._add(flags, array(argv) if moved == argv else " ".join(map(_quoted, moved)))
        elif self.instruction.documents:
            self._run_documents(flags)
        else:
            self._run_text(flags)

    def _flags(self) -> str:
        found = []
        for name, value in self.instruction.flags:
            if name == "mount":
                found.append(self._mount(dict(_options(value))))
            else:
                self.draft.note(
                    self.instruction, "the jar's isolation decides that, no directive", f"--{name}"
                )
        return "".join(found)

    def _mount(self, options: Mapping[str, str]) -> str:
        kind = options.get("type", "bind")
        target = options.get("target") or options.get("dst") or options.get("destination") or ""
        if kind == "cache":
            return self._cache_mount(options, target)
        if kind == "bind" and "from" not in options and not paths.is_system(target):
            source = (options.get("source") or options.get("src") or ".").lstrip("/") or "."
            place = self.draft.place(target)
            self.draft.add(f"COPY {source} {place}", self.instruction)
            self.draft.note(self.instruction, "COPY puts it there, for good", "--mount=type=bind")
        else:
            why = _MOUNTS.get(kind, "a home has no image to look into")
            self.draft.note(self.instruction, why, f"--mount=type={kind}")
        return ""

    def _cache_mount(self, options: Mapping[str, str], target: str) -> str:
        if paths.is_system(target):
            self.draft.note(
                self.instruction, "a cache of the system's installer", f"--mount {target}"
            )
            return ""
        place = self.draft.place(target)
        name = options.get("id")
        is_plain = name is not None and all(c.isalnum() or c in "_.-" for c in name)
        return f"--mount=type=cache,target={place}{f',id={name}' if is_plain else ''} "

    def _run_text(self, flags: str) -> None:
        script = shelltext.read_shell("\n".join(_lines(self.instruction)))
        found = shelltext.parts(script)
        kept = [part for part in found if self._is_kept(part)]
        if not kept:
            self._tell_nothing_left(found)
            return
        is_whole = len(kept) == len(found)
        text = script.text if is_whole else shelltext.joined(kept)
        self._run(flags, text, shelltext.read_shell(text.replace("\\\n", "")))

    def _is_kept(self, part: shelltext.Part) -> bool:
        """Notes what is not; what is part of an `if` or a loop stays, with a note."""
        work = part.root_work
        if not part.is_simple:
            if work:
                self.draft.note(self.instruction, "only root can do that: change it", work[0])
            return True
        if work and part.packages:
            listed = " ".join(part.packages)
            self.draft.note(self.instruction, f"to be installed on the machine: {listed}", work[0])
        elif work and not part.is_cleanup:
            self.draft.note(self.instruction, _why_root(work[0]), part.text)
        elif place := part.written_system(self.draft.made):
            self.draft.note(self.instruction, f"only root can write to {place}", part.text)
            return False
        return not work and not part.is_cleanup

    def _tell_nothing_left(self, found: Iterable[shelltext.Part]) -> None:
        packages = [name for part in found for name in part.packages]
        if packages:
            self.draft.add(f"# The machine must have: {' '.join(packages)}", self.instruction)
        else:
            self.draft.add(f"# {self.instruction.whole}: nothing to do in a jar", self.instruction)

    def _run(self, flags: str, text: str, script: Script) -> None:
        if shelltext.installs_globally(script) and not self._has_prefix:
            text = shelltext.with_own_prefix(text)
            self._search(".local/bin")
            self.draft.note(self.instruction, "it goes into the home's .local", "npm install -g")
        if shelltext.installs_python(script) and not self.draft.search:
            self._make_venv()
        moved = paths.moved(text, self.draft.made)
        self._add(flags, self._in_shell(moved, script))

    @property
    def _has_prefix(self) -> bool:
        return not {"NPM_CONFIG_PREFIX", "npm_config_prefix"}.isdisjoint(self.draft.values)

    def _make_venv(self) -> None:
        """Debian's Python takes no packages outside of a virtual environment, nor does a jar."""
        self.draft.add('RUN python3 -m venv "$HOME/venv"', self.instruction)
        self.draft.note(self.instruction, "packages go into a virtual environment", "pip install")
        self._search("venv/bin")

    def _search(self, folder: str) -> None:
        if folder not in self.draft.search:
            self.draft.search.append(folder)

    def _in_shell(self, text: str, script: Script) -> str:
        """What the shell of the image would have been told, which may be more than a POSIX one."""
        if self.draft.search:
            folders = ":".join(f"$HOME/{folder}" for folder in self.draft.search)
            text = f'PATH="{folders}:$PATH"; {text}'
        if self.draft.shell:
            return array([*self.draft.shell, _one_line(text)])
        if script.bashisms:
            self.draft.note(
                self.instruction, "sh does not know that, so bash runs it", script.bashisms[0].what
            )
            return array(["bash", "-c", _one_line(text)])
        return text

    def _run_documents(self, flags: str) -> None:
        """The lines stay; which of them only root could execute is noted."""
        body = [line for document in self.instruction.documents for line in document.body]
        for command in shelltext.read_shell("\n".join(body)).commands:
            if work := needs_root(command):
                self.draft.note(self.instruction, "only root can do that: take it out", work)
        text = [paths.moved(self.instruction.text, self.draft.made)]
        for document in self.instruction.documents:
            moved = (paths.moved(line, self.draft.made) for line in document.body)
            text += [*(document.body if document.is_quoted else moved), document.name]
        self._add(flags, "\n".join(text))

    def _add(self, flags: str, text: str) -> None:
        self.draft.add(f"RUN {flags}{text}", self.instruction)


def _lines(instruction: Instruction) -> list[str]:
    """The physical lines, each but the last with a backslash as shells have it."""
    pieces = [piece.rstrip() for piece in instruction.pieces if piece.strip()]
    return [*(f"{piece} \\" for piece in pieces[:-1]), *pieces[-1:]]


def _one_line(text: str) -> str:
    return " ".join(piece.strip() for piece in text.split("\\\n"))


def _quoted(word: str) -> str:
    return f'"{word}"' if set(word) & set(" $*?;&|<>()'") else word


def _options(value: str) -> Iterable[tuple[str, str]]:
    for option in value.split(","):
        name, _, given = option.partition("=")
        yield name, given


def _why_root(work: str) -> str:
    if work in ("chown", "chgrp"):
        return "everything in a jar's home belongs to the jar"
    if work in ("useradd", "adduser", "groupadd", "addgroup", "usermod", "su"):
        return "a jar is always its own ordinary user"
    return "only root can do that: do it on the machine"
