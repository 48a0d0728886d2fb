"""Somebody's checkout, worked on from inside a jar."""

from __future__ import annotations

from machines import Machine

SETUP = """
git init -q checkout && cd checkout && git config user.email m@example.org &&
git config user.name manager && echo one > file && git add file && git commit -qm first
"""
WORK = (
    'cd "$0" && echo two >> file && git commit -qam second && echo three > new && git log --oneline'
)


def test_a_checkout_is_worked_on_from_inside(machine: Machine) -> None:
    """Git works there as at home, the work is the manager's, and no share is left behind."""
    work_on_checkout(machine)


def work_on_checkout(machine: Machine) -> None:
    made = machine.run("sh", "-c", SETUP)
    assert made.returncode == 0, made.stderr
    checkout = machine.home / "checkout"
    jar = machine.run("geniejars", "alloc").stdout.strip()
    shared = machine.run("geniejars", "share", "--rw", checkout, jar)
    worked = machine.run("geniejars", "exec", jar, "sh", "-c", WORK, str(checkout))
    after = machine.run("git", "-C", checkout, "status", "--short")
    owners = {path.lstat().st_uid for path in (checkout, *checkout.rglob("*"))}
    freed = machine.run("geniejars", "free", jar)

    assert shared.returncode == 0, shared.stderr
    assert len(worked.stdout.splitlines()) == 2, worked.stderr
    assert (checkout / "file").read_text() == "one\ntwo\n"
    assert after.stdout == "?? new\n"
    assert owners == {machine.home.stat().st_uid}
    assert freed.returncode == 0, freed.stderr
