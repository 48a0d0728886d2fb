"""`jarbuild init`: a first JFile and `.jarignore` for the project that is there."""

from __future__ import annotations

import argparse
from pathlib import Path

from geniejars import UsageError
from jarbuild.arguments import Parser
from jarbuild.context import IGNORE_FILE
from jarbuild.display.controls import escaped
from jarbuild.display.screen import Screen
from jarbuild.project import NAME
from jarbuild.scaffold import Draft, draft_for, look
from jarbuild.scaffold.draft import jarignore, tag

SUMMARY = """\
Write a JFile and a .jarignore for the project in a folder, and say what was
found there. Nothing that exists is replaced without --force."""
EXAMPLES = (
    "jarbuild init ./myapp && jarbuild ./myapp --up",
    "jarbuild init --from-dockerfile Dockerfile",
)


def options(parser: Parser) -> None:
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="the folder (.)")
    parser.add_argument(
        "--from-dockerfile",
        metavar="FILE",
        help="convert it, and name what could not be carried over",
    )
    parser.add_argument("--force", action="store_true", help="replace what is there")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    """0; raises UsageError where a JFile is there already."""
    folder = _folder(arguments.path)
    _refuse_to_replace(folder / NAME, arguments.force)
    if arguments.from_dockerfile is None:
        draft = draft_for(look(folder))
    else:
        draft = _converted(Path(arguments.from_dockerfile), folder)
    screen.print([draft.found, *(f"  - {escaped(reason)}" for reason in draft.reasons)])
    screen.print(_write(draft, folder, arguments.force))
    screen.print([f"next: jarbuild {_quoted(arguments.path)} --plan"])
    return 0


def _folder(path: str) -> Path:
    folder = Path(path)
    if folder.is_dir():
        return folder
    what = "is no folder" if folder.exists() else "does not exist"
    raise UsageError(f"{path} {what}", help="jarbuild init takes the folder of a project")


def _converted(file: Path, folder: Path) -> Draft:
    """What a Dockerfile says; the reasons are what could not be carried over."""
    from jarbuild.dockerfile import convert  # lint comes with it

    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    converted = convert(content, tag(folder.resolve().name))
    if not converted.instructions or b"\0" in content:
        raise UsageError(
            f"{file} is no Dockerfile", help="one holds instructions, such as FROM and RUN"
        )
    return Draft(
        f"{escaped(str(file))}: {converted.carried} of {converted.instructions} instructions"
        " mean the same here; the others:",
        tuple(map(str, converted.notes)),
        converted.jfile,
    )


def _refuse_to_replace(file: Path, is_forced: bool) -> None:
    if (file.exists() or file.is_symlink()) and not is_forced:
        raise UsageError(
            f"{file} is there already", help=f"jarbuild lint checks it; --force replaces {NAME}"
        )


def _write(draft: Draft, folder: Path, is_forced: bool) -> list[str]:
    """Both files; what became of them comes back."""
    return [
        _write_file(folder / NAME, draft.jfile, is_forced),
        _write_file(folder / IGNORE_FILE, _ignored(draft, folder), is_forced),
    ]


def _ignored(draft: Draft, folder: Path) -> str:
    """The rules are Docker's: what was written for Docker holds here too."""
    try:
        lines = (folder / ".dockerignore").read_text("utf-8", "replace").splitlines()
    except OSError:
        return draft.jarignore
    return jarignore(line for line in (*draft.ignored, *lines) if line.strip())


def _write_file(file: Path, text: str, is_forced: bool) -> str:
    if is_forced:
        file.unlink(missing_ok=True)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        return f"kept {escaped(str(file))}, which was there"
    return f"wrote {escaped(str(file))}"


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)
