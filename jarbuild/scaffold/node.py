"""Node projects: a package.json, and the lock file that says which packages exactly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from jarbuild.scaffold.draft import Draft, app
from jarbuild.scaffold.folder import Folder

IGNORED = (".npmrc", "node_modules", "**/node_modules", "npm-debug.log*", "coverage", ".DS_Store")

_PROGRAMS = ("server.js", "index.js", "app.js", "main.js", "server.mjs", "index.mjs")
_CONFIGURATION = (".yarnrc", ".yarnrc.yml", ".yarn/", "pnpm-workspace.yaml")
_NPMRC = ".npmrc is left out, for it may hold a token: take it out of .jarignore if it does not"
_PLAIN_WORDS = re.compile(r"[\w./:@=,+ -]+")
"""A script that no shell needs to read."""


@frozen
class Installer:
    """The command that installs what the lock file says, and the file; `lock` is None without."""

    lock: str | None
    command: str
    reason: str


def recipe(folder: Folder) -> Draft | None:
    """None where there is no package.json."""
    if not folder.has("package.json"):
        return None
    package = folder.json("package.json")
    installer = _installer(folder, package)
    argv, started_by = _start(folder, package, _table(package, "scripts"))
    manifest = folder.all_of("package.json", *([installer.lock] if installer.lock else []))
    return Draft(
        f"found a Node project ({', '.join(manifest)})",
        (
            installer.reason,
            *(["the build script runs after the install"] if _is_built(package) else []),
            *([_NPMRC] if folder.has(".npmrc") else []),
            started_by,
            "the app must listen on the port in its variable PORT",
        ),
        app(folder, _steps(folder, package, installer, argv), argv, example=("node", "server.js")),
        IGNORED,
    )


def _steps(
    folder: Folder, package: Mapping[str, Any], installer: Installer, argv: list[str]
) -> list[str]:
    # A tool that only developers need (a bundler, tsx) may be what builds or starts it.
    is_lean = not _is_built(package) and argv[:1] == ["node"]
    environment = ["ENV NODE_ENV=production"]
    return [
        "WORKDIR app",
        *(environment if is_lean else []),
        *_install(folder, package, installer),
        "COPY . .",
        *(["RUN npm run build"] if _is_built(package) else []),
        *([] if is_lean else environment),
        "ENV PORT=${PORT(1)}",
    ]


def _is_built(package: Mapping[str, Any]) -> bool:
    return "build" in _table(package, "scripts")


def _table(package: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = package.get(name)
    return value if isinstance(value, dict) else {}


def _installer(folder: Folder, package: Mapping[str, Any]) -> Installer:
    lock = folder.first_of("package-lock.json", "npm-shrinkwrap.json")
    if lock:
        return Installer(lock, "npm ci", f"npm ci installs exactly what {lock} says")
    if folder.has("pnpm-lock.yaml"):
        command = f"npx --yes pnpm@{_pnpm(folder, package)} install --frozen-lockfile"
        return Installer("pnpm-lock.yaml", command, "npx brings the pnpm that wrote pnpm-lock.yaml")
    if folder.has("yarn.lock"):
        return Installer("yarn.lock", _yarn(folder, package), "npx brings yarn for yarn.lock")
    return Installer(
        None,
        "npm install",
        "there is no lock file, so other machines get other versions: npm install writes one",
    )


def _pinned(package: Mapping[str, Any], manager: str) -> str | None:
    """What `"packageManager": "pnpm@9.1.0+sha512…"` says."""
    match = re.match(rf"{manager}@(\d+\.\d+\.\d+)", str(package.get("packageManager", "")))
    return match[1] if match else None


def _pnpm(folder: Folder, package: Mapping[str, Any]) -> str:
    """Lock files of format 9 are read by pnpm 9 and later, older ones by pnpm 8."""
    match = re.search(r"^lockfileVersion: '?(\d+)", folder.texts["pnpm-lock.yaml"], re.MULTILINE)
    is_old = match is not None and int(match[1]) < 9
    return _pinned(package, "pnpm") or ("8.15.9" if is_old else "9.15.0")


def _yarn(folder: Folder, package: Mapping[str, Any]) -> str:
    """Only lock files of yarn 2 and later have a `__metadata` entry."""
    version = _pinned(package, "yarn")
    if "__metadata:" in folder.texts["yarn.lock"]:
        return f"npx --yes @yarnpkg/cli-dist@{version or '4.5.3'} install --immutable"
    return f"npx --yes yarn@{version or '1.22.22'} install --frozen-lockfile"


def _install(folder: Folder, package: Mapping[str, Any], installer: Installer) -> list[str]:
    """Manifests first, so that an edit of the code does not repeat the install."""
    if installer.lock is None and not _table(package, "dependencies"):
        return []
    files = ["package.json", *([installer.lock] if installer.lock else [])]
    return [
        f"COPY {' '.join(files)} ./",
        *_configuration(folder),
        *(f"COPY {member} {member}" for member in folder.members),
        f"RUN {installer.command}",
    ]


def _configuration(folder: Folder) -> list[str]:
    found = folder.all_of(*_CONFIGURATION)
    files = [name for name in found if not name.endswith("/")]
    folders = [name.rstrip("/") for name in found if name.endswith("/")]
    return [
        *([f"COPY {' '.join(files)} ./"] if files else []),
        *(f"COPY {name} {name}" for name in folders),
    ]


def _start(
    folder: Folder, package: Mapping[str, Any], scripts: Mapping[str, Any]
) -> tuple[list[str], str]:
    """The CMD, and where it was found."""
    start = scripts.get("start")
    if isinstance(start, str) and start.startswith("node ") and _PLAIN_WORDS.fullmatch(start):
        return start.split(), "CMD is the start script, without npm around it to lose signals"
    if isinstance(start, str):
        return ["npm", "start"], "CMD is the start script"
    main = package.get("main")
    program = main if isinstance(main, str) and main else folder.first_of(*_PROGRAMS)
    if program:
        return ["node", program], f"CMD is {program}: package.json has no start script"
    return [], "nothing says how it is started: write the CMD"
