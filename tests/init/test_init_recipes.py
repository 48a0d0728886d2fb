"""What `jarbuild init` finds in a folder, and the JFile it writes for that."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarbuild.lint import lint_paths
from jarbuild.scaffold import draft_for, look


def lay_out(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


PROJECTS = sorted(path for path in (Path(__file__).parent / "projects").iterdir() if path.is_dir())

PACKAGE = '{"dependencies": {"ms": "2.1.3"}, "scripts": {"start": "node a.js"}}'
LOCKED = {"package.json": PACKAGE, "package-lock.json": "{}", "a.js": ""}
BUILT = (
    '{"scripts": {"build": "tsc", "start": "next start"}, "devDependencies": {"typescript": "5"}}'
)


@pytest.mark.parametrize("path", PROJECTS, ids=lambda path: path.name)
def test_what_is_written(path: Path, expected) -> None:
    """Each kind of project has its JFile, and its words say why."""
    draft = draft_for(look(path))
    actual = f"# {draft.found}\n" + "".join(f"# - {r}\n" for r in draft.reasons) + draft.jfile

    assert actual == expected(path.with_suffix(".init"), actual)


@pytest.mark.parametrize(
    "files, line",
    [
        pytest.param(LOCKED, "RUN npm ci", id="npm"),
        pytest.param(
            {"package.json": PACKAGE, "npm-shrinkwrap.json": "{}", "a.js": ""},
            "COPY package.json npm-shrinkwrap.json ./",
            id="shrinkwrap",
        ),
        pytest.param({"package.json": PACKAGE}, "RUN npm install", id="no-lock"),
        pytest.param({"package.json": "{}"}, '# CMD ["node", "server.js"]', id="nothing-to-start"),
        pytest.param(
            {"package.json": "{}", "index.js": ""}, 'CMD ["node", "index.js"]', id="index"
        ),
        pytest.param({"package.json": "[1", "app.js": ""}, 'CMD ["node", "app.js"]', id="no-json"),
        pytest.param(
            {"package.json": BUILT, "package-lock.json": "{}"}, "RUN npm run build", id="build"
        ),
        pytest.param({"package.json": BUILT}, 'CMD ["npm", "start"]', id="start-script"),
        pytest.param(
            {"package.json": PACKAGE, "pnpm-lock.yaml": "lockfileVersion: '6.0'\n"},
            "RUN npx --yes pnpm@8.15.9 install --frozen-lockfile",
            id="pnpm-8",
        ),
        pytest.param(
            {
                "package.json": '{"packageManager": "pnpm@9.1.2+s"}',
                "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
            },
            "RUN npx --yes pnpm@9.1.2 install --frozen-lockfile",
            id="package-manager",
        ),
        pytest.param({**LOCKED, ".npmrc": ""}, "RUN npm ci", id="npmrc"),
        pytest.param({**LOCKED, ".yarnrc.yml": ""}, "COPY .yarnrc.yml ./", id="yarnrc"),
        pytest.param(
            {
                "package.json": '{"workspaces": ["packages/*"], "dependencies": {"ms": "2"}}',
                "package-lock.json": "{}",
                "packages/a/package.json": "{}",
            },
            "COPY packages/a/package.json packages/a/package.json",
            id="workspace",
        ),
        pytest.param(
            {"requirements.txt": "Django==5\n", "manage.py": ""},
            'CMD ["venv/bin/python", "manage.py", "runserver", "127.0.0.1:${PORT(1)}",'
            ' "--noreload"]',
            id="django",
        ),
        pytest.param(
            {"requirements.txt": "uvicorn==0.30\n", "main.py": ""},
            'CMD ["venv/bin/uvicorn", "main:app", "--port", "${PORT(1)}"]',
            id="uvicorn",
        ),
        pytest.param(
            {"requirements.txt": "gunicorn==22\nflask==3\n", "app.py": ""},
            'CMD ["venv/bin/gunicorn", "--bind", "127.0.0.1:${PORT(1)}", "app:app"]',
            id="gunicorn",
        ),
        pytest.param(
            {"requirements.txt": "requests==2\n", "only.py": ""},
            'CMD ["venv/bin/python", "only.py"]',
            id="one-module",
        ),
        pytest.param(
            {"pyproject.toml": '[build-system]\nrequires = ["x"]\n'},
            "RUN venv/bin/pip install --quiet .",
            id="no-dependencies",
        ),
        pytest.param(
            {"pyproject.toml": "[tool.ruff]\n", "index.html": ""},
            "WORKDIR site",
            id="settings-of-tools-are-no-project",
        ),
    ],
)
def test_findings(tmp_path: Path, files: dict[str, str], line: str) -> None:
    """What lies in a folder decides, and what is written lints clean."""
    lay_out(tmp_path, files)
    draft = draft_for(look(tmp_path))
    lay_out(tmp_path, {"JFile": draft.jfile, ".jarignore": draft.jarignore})

    assert line in draft.jfile.splitlines()
    assert lint_paths([str(tmp_path)]) == []


@pytest.mark.parametrize("lock", ["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"])
def test_locks_that_pip_does_not_read(tmp_path: Path, lock: str) -> None:
    """A lock file that is not used is named, with the way to use it."""
    lay_out(tmp_path, {"pyproject.toml": "[project]\nname = 'a'\n", lock: ""})

    assert any(r.startswith(f"{lock} is not read") for r in draft_for(look(tmp_path)).reasons)


@pytest.mark.parametrize(
    "name, tag",
    [("My App", "TAG my-app"), ("été", "TAG t"), ("--", "TAG app"), ("a_b.c", "TAG a-b-c")],
)
def test_the_tag(tmp_path: Path, name: str, tag: str) -> None:
    """The folder's name is the tag, as one plain word."""
    lay_out(tmp_path / name, {"index.html": ""})

    assert draft_for(look(tmp_path / name)).jfile.splitlines()[0] == tag
