"""Guarantee 9: the manager is no confused deputy: what it does for a jar stays in the jar."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from attack_record import Attack
from tenancies import Tenancy

AS_IT_WAS = "as it was"


def is_changed(tenancy: Tenancy) -> bool:
    """Whether the manager's folder is other than it was."""
    file = tenancy.outside / "file"
    names = {path.name for path in tenancy.outside.iterdir()}
    is_whole = file.exists() and file.read_text() == AS_IT_WAS
    return names != {"file", "secret"} or not is_whole or file.stat().st_mode & 0o777 != 0o644


def copy_over_symlink(tenancy: Tenancy) -> bool:
    """Puts a symlink where COPY will write a file."""
    tenancy.inside(f"ln -sf {tenancy.outside}/file target")
    tenancy.build("COPY a target\n", {"a": "written by the manager"})
    return is_changed(tenancy)


def copy_through_symlink(tenancy: Tenancy) -> bool:
    """Puts a symlink where COPY will write into a folder."""
    tenancy.inside(f"ln -sf {tenancy.outside} target")
    tenancy.build("COPY a target/a\n", {"a": "written by the manager"})
    return is_changed(tenancy)


def work_in_symlink(tenancy: Tenancy) -> bool:
    """Puts a symlink where WORKDIR will make a folder."""
    tenancy.inside(f"ln -sf {tenancy.outside} target")
    tenancy.build("WORKDIR target\nRUN touch made\n", {})
    return is_changed(tenancy)


def restore_upwards(tenancy: Tenancy) -> bool:
    """Offers an archive with a name that leads out of the home (CVE-2026-39861)."""
    up = "../" * len(tenancy.home.parts)
    return _restores(tenancy, [_file(f"{up}{tenancy.outside}/planted".replace("//", "/"))])


def restore_through_symlink(tenancy: Tenancy) -> bool:
    """Offers an archive with a symlink, and a file behind it (CVE-2026-25724)."""
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, str(tenancy.outside)
    return _restores(tenancy, [link, _file("link/planted")])


def restore_by_hard_link(tenancy: Tenancy) -> bool:
    """Offers an archive with a hard link to a file outside, and new content for it."""
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.LNKTYPE, str(tenancy.outside / "file")
    return _restores(tenancy, [link, _file("link")])


def _file(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = len("planted")
    return member


def _restores(tenancy: Tenancy, members: list[tarfile.TarInfo]) -> bool:
    archive = tenancy.outside.parent / "crafted.tar.gz"
    with tarfile.open(archive, "w:gz") as written:
        for member in members:
            written.addfile(member, io.BytesIO(b"planted"))
    archive.chmod(0o644)
    tenancy.restore(archive)
    archive.unlink()
    return is_changed(tenancy)


def back_up_symlink(tenancy: Tenancy) -> bool:
    """Puts a symlink to the manager's secret where a backup will read."""
    tenancy.inside(f"ln -s {tenancy.outside}/secret notes")
    with tarfile.open(tenancy.backup()) as archive:
        files = [member for member in archive if member.isreg()]
        return any(tenancy.secret.encode() in _content(archive, file) for file in files)


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


def copy_into_pipe(tenancy: Tenancy) -> bool:
    """Puts a pipe where COPY will write, for it to hang there."""
    tenancy.inside("mkfifo target")
    tenancy.build("COPY a target\n", {"a": "copied"})
    return "copied" not in tenancy.inside("timeout 1 cat target")


def clear_through_symlink(tenancy: Tenancy) -> bool:
    """Puts a symlink where the manager will remove everything."""
    tenancy.inside(f"ln -s {tenancy.outside} things")
    tenancy.clear()
    return is_changed(tenancy)


def normalize_through_symlink(tenancy: Tenancy) -> bool:
    """Puts symlinks where the manager will change modes."""
    tenancy.inside(f"ln -s {tenancy.outside}/file one; ln -s {tenancy.outside} two")
    tenancy.normalize()
    return is_changed(tenancy)


def redirect_log(tenancy: Tenancy) -> bool:
    """Puts a symlink to the manager's secret where its log is read."""
    secret = f"{tenancy.outside}/secret"
    tenancy.inside(f"ln -sf {secret} ../log/app.log; ln -sf {secret} /.jar/log/app.log")
    return tenancy.secret in tenancy.logs()


def show_difference_of_symlink(tenancy: Tenancy) -> bool:
    """Replaces a built file by a symlink to the manager's secret, and lets it ask what changed."""
    tenancy.build("COPY a a\n", {"a": "built"})
    tenancy.inside(f"rm a; ln -s {tenancy.outside}/secret a; ln -s {tenancy.outside}/secret b")
    return tenancy.secret in tenancy.differences()


def leave_settings(tenancy: Tenancy) -> bool:
    """Leaves a settings file in its home for the manager's own tools to obey (CVE-2026-25725)."""
    tenancy.inside(_settings(tenancy.outside))
    tenancy.visit(tenancy.home)
    return is_changed(tenancy)


def leave_settings_in_share(tenancy: Tenancy) -> bool:
    """Leaves one in a checkout that it may work on."""
    checkout = tenancy.outside.parent / "checkout"
    tenancy.share(checkout)
    said = tenancy.inside(f"cd {checkout} && {_settings(tenancy.outside)}")
    assert (checkout / "program").exists(), said
    tenancy.visit(checkout)
    return is_changed(tenancy)


def _settings(outside: Path) -> str:
    """A shell script that leaves them."""
    program = f"#!/bin/sh\\ntouch {outside}/planted\\n"
    settings = '{"pythonPath": "./program", "stateFile": "./state/state.json"}'
    return (
        f"printf '{program}' > program; chmod 755 program; cp program .envrc;"
        f"echo '{settings}' > geniejars.config.json"
    )


def name_file_in_escapes(tenancy: Tenancy) -> bool:
    """Names a file so that a list of it would type into the manager's terminal."""
    tenancy.build("COPY a a\n", {"a": "built"})
    tenancy.inside("touch \"$(printf '\\033]0;owned\\007')\"")
    return "\033]0;owned" in tenancy.differences()


PLOTS = (
    Attack(copy_over_symlink, 9),
    Attack(copy_through_symlink, 9),
    Attack(work_in_symlink, 9),
    Attack(restore_upwards, 9),
    Attack(restore_through_symlink, 9),
    Attack(restore_by_hard_link, 9),
    Attack(back_up_symlink, 9),
    Attack(copy_into_pipe, 9),
    Attack(clear_through_symlink, 9),
    Attack(normalize_through_symlink, 9),
    Attack(redirect_log, 9),
    Attack(show_difference_of_symlink, 9),
    Attack(leave_settings, 9),
    Attack(leave_settings_in_share, 9),
    Attack(name_file_in_escapes, 7),
)
