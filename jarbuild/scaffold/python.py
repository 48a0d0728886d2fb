"""Python projects: a pyproject.toml or a requirements.txt, installed into a virtual environment."""

from __future__ import annotations

import re
from typing import Any

from jarbuild.scaffold.draft import Draft, app
from jarbuild.scaffold.folder import Folder

IGNORED = (
    "venv", ".venv", "**/__pycache__", "**/*.pyc", "**/*.egg-info", ".pytest_cache",
    ".mypy_cache", ".ruff_cache", "build", "dist",
)  # fmt: skip

_LOCKS = {
    "uv.lock": "uv export --frozen --no-emit-project -o requirements.txt",
    "poetry.lock": "poetry export -o requirements.txt",
    "pdm.lock": "pdm export -o requirements.txt",
    "Pipfile.lock": "pipenv requirements > requirements.txt",
}
_MODULES = ("main.py", "app.py", "server.py", "wsgi.py", "asgi.py", "run.py", "__main__.py")
_DEPENDENCIES = """\
RUN python3 -m venv venv && venv/bin/python - <<'END' > dependencies.txt && \\
    venv/bin/pip install --quiet -r dependencies.txt
import tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\\n")
END"""


def recipe(folder: Folder) -> Draft | None:
    """None where there is neither a pyproject.toml nor a requirements.txt."""
    found = folder.all_of("pyproject.toml", "requirements.txt")
    project = _project(folder)
    if not (folder.has("requirements.txt") or project):
        return None
    install, reason = _install(folder, project)
    cmd, started_by = _start(folder, project)
    lines = [
        "WORKDIR app",
        *install,
        "ENV PYTHONUNBUFFERED=1",
        *(["ENV PORT=${PORT(1)}"] if "${PORT(1)}" not in " ".join(cmd) else []),
    ]
    return Draft(
        f"found a Python project ({', '.join(found)})",
        (reason, *_about_locks(folder), started_by),
        app(folder, lines, cmd, example=("venv/bin/python", "main.py")),
        IGNORED,
    )


def _project(folder: Folder) -> dict[str, Any]:
    """What pip could install: the table `project`, or a build backend that knows its own."""
    content = folder.toml("pyproject.toml")
    project = content.get("project")
    if isinstance(project, dict):
        return project
    return {"dynamic": ["dependencies"]} if "build-system" in content else {}


def _install(folder: Folder, project: dict[str, Any]) -> tuple[list[str], str]:
    if folder.has("requirements.txt"):
        return [
            "COPY requirements.txt requirements.txt",
            "RUN python3 -m venv venv && venv/bin/pip install --quiet -r requirements.txt",
            "COPY . .",
            *(["RUN venv/bin/pip install --quiet --no-deps ."] if project else []),
        ], "an edit of the code does not repeat the install of requirements.txt"
    if project.get("dependencies"):
        return [
            "COPY pyproject.toml pyproject.toml",
            *_DEPENDENCIES.split("\n"),
            "COPY . .",
            "RUN venv/bin/pip install --quiet --no-deps .",
        ], "dependencies are a step of their own: an edit of the code does not repeat it"
    return [
        "RUN python3 -m venv venv",
        "COPY . .",
        "RUN venv/bin/pip install --quiet .",
    ], "the project is installed into a virtual environment"


def _about_locks(folder: Folder) -> list[str]:
    if folder.has("requirements.txt"):
        return []
    return [
        f"{lock} is not read by pip; for its exact versions: {command}"
        for lock, command in _LOCKS.items()
        if folder.has(lock)
    ]


def _start(folder: Folder, project: dict[str, Any]) -> tuple[list[str], str]:
    """The CMD, and where it was found."""
    if folder.has("manage.py"):
        argv = ["venv/bin/python", "manage.py", "runserver", "127.0.0.1:${PORT(1)}", "--noreload"]
        return argv, "CMD is Django's own server, for development"
    scripts = project.get("scripts")
    if isinstance(scripts, dict) and scripts:
        name = next(iter(scripts))
        return [f"venv/bin/{name}"], f"CMD is the script {name} of pyproject.toml"
    module = _module(folder)
    if module is None:
        return [], "nothing says how it is started: write the CMD"
    return _served(folder, project, module) or (
        ["venv/bin/python", module],
        f"CMD is {module}; the app must listen on the port in its variable PORT",
    )


def _module(folder: Folder) -> str | None:
    """The file that is usually the program, else the only one there is."""
    modules = [name for name in folder.names if name.endswith(".py") and name != "setup.py"]
    return folder.first_of(*_MODULES) or (modules[0] if len(modules) == 1 else None)


def _served(folder: Folder, project: dict[str, Any], module: str) -> tuple[list[str], str] | None:
    """A framework's own server, where one of its programs is installed."""
    name = module.removesuffix(".py")
    if _needs(folder, project, "uvicorn") or _needs(folder, project, "fastapi[standard]"):
        argv = ["venv/bin/uvicorn", f"{name}:app", "--port", "${PORT(1)}"]
        return argv, f"CMD serves `app` of {module} with uvicorn"
    if _needs(folder, project, "gunicorn"):
        argv = ["venv/bin/gunicorn", "--bind", "127.0.0.1:${PORT(1)}", f"{name}:app"]
        return argv, f"CMD serves `app` of {module} with gunicorn"
    if _needs(folder, project, "flask"):
        argv = ["venv/bin/flask", "--app", name, "run", "--port", "${PORT(1)}"]
        return argv, f"CMD serves {module} with Flask's own server"
    return None


def _needs(folder: Folder, project: dict[str, Any], package: str) -> bool:
    declared = project.get("dependencies")
    lines = folder.texts.get("requirements.txt", "").splitlines()
    listed = [*lines, *(declared if isinstance(declared, list) else [])]
    pattern = re.compile(rf"{re.escape(package)}(?![\w-])", re.IGNORECASE)
    return any(pattern.match(str(line).strip()) for line in listed)
