"""The words after `geniejars`, one module each, as `jarbuild.commands` has it."""

from __future__ import annotations

_PACKAGE = "jarbuild.commands.jars"

MODULES = {
    word: f"{_PACKAGE}.{word.replace('-', '_')}"
    for word in (
        "preconfig", "example", "sys", "alloc", "free", "status", "select", "unselect", "build",
        "app", "exec", "shell", "logs", "normalize", "mount", "unmount", "share", "unshare",
        "diff", "reset", "backup", "restore", "doctor", "setup", "uninstall", "readme",
        "common-issues",
    )
}  # fmt: skip

# One screen of 24 lines. A test holds that every command is named here.
HELP = """\
usage: geniejars COMMAND ...    JAR: name or alias; left out: the selected jar
  preconfig, setup, uninstall   a config to start from; a pool of system users
  example install               put examples into ./geniejars-example
  sys up|down|status            the server that starts agents on demand
  alloc [-s] [--tag TAG]        allocate a free jar; -s selects it
  free [JAR]                    end everything in a jar and give it back
  status [--json]               all jars
  select JAR, unselect          the jar for the next commands in this folder
  build [JAR] [PATH]            build PATH (a folder or a JFile) into a jar
  app up|down|restart|status [JAR]    the jar's CMD; up -n: do not wait
  exec [-it] [-d] [JAR] CMD ... run a command; a single word goes to sh -c
  shell [JAR]                   a shell in a jar
  logs [-f] [-n N] [JAR]        what the app wrote; --network: where it went
  diff [JAR], reset [JAR]       what changed in a home since its build; undo it
  backup [JAR], restore [JAR] FILE    a home as an archive, and back
  mount [JAR] LINK, unmount LINK      symlink to a home; -C: the common folder
  share PATH [--rw] [JAR], unshare PATH [JAR]    a folder of yours in a jar
  normalize [JAR]               let the manager write what the jar made
  doctor, readme, common-issues    what isolates jars here; the manual; mishaps
each has --help; exit codes: 0 fine, 1 failed, 2 wrong usage, 3 machine failed
examples:
  geniejars alloc -s && geniejars build ./myapp && geniejars app up -n
  geniejars exec "ls -la | head"\
"""
