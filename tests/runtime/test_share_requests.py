"""Sharing a folder with a jar as commands and libraries do it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import geniejars
from geniejars import Config, Home, JarInUseError, UsageError
from geniejars.config import default_config
from geniejars.open_shares import opened
from geniejars.state import SharedFolder


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield from _config(tmp_path_factory)


def _config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    config = default_config(tmp_path_factory.mktemp("pool") / "state/state.json")
    yield config
    geniejars.shut_down(config)


@pytest.fixture
def home(config: Config) -> Iterator[Home]:
    name = geniejars.allocate(config)
    yield Home(config, name, print, print)
    geniejars.deallocate(config, name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "checkout"
    made.mkdir()
    (made / "file").write_text("from outside")
    return made


def shell(home: Home, command: str) -> str:
    return geniejars.run_shell_as(home.config, home.name, command, capture=True).stdout.decode()


def test_a_share_lasts_from_one_start_to_the_next(home: Home, folder: Path) -> None:
    """It is at its own path, listed, and what is made in it belongs to the manager at once."""
    shell(home, "true")  # an agent that knows nothing of it
    real = geniejars.share_folder(home, folder, writable=True, restart=False)
    said = shell(home, f"cat {folder}/file; echo inside > {folder}/made")

    assert said == "from outside"
    assert (folder / "made").stat().st_uid == os.geteuid()
    assert geniejars.shared_folders(home.config, home.name) == [
        {"path": str(real), "writable": True}
    ]


def test_a_build_has_no_part_in_it(home: Home, folder: Path) -> None:
    """Neither the build's agent nor what changed in the home shows a shared folder."""
    geniejars.share_folder(home, folder, writable=True, restart=False)
    with home.connect("build") as session:
        code = session.run(["test", "-e", str(folder)], env={}, on_output=lambda *_: None)
    home.end("build")

    assert code == 1


def test_what_runs_is_not_ended_unasked(home: Home, folder: Path) -> None:
    """A jar in use keeps what it has, unless --restart is said."""
    geniejars.start_as(home.config, home.name, "sleep", ["1000"], wait=False)
    with pytest.raises(JarInUseError):
        geniejars.share_folder(home, folder, writable=False, restart=False)
    before = geniejars.shared_folders(home.config, home.name)
    geniejars.stop_process(home.config, home.name)
    geniejars.share_folder(home, folder, writable=False, restart=False)

    assert before == []
    assert shell(home, f"cat {folder}/file") == "from outside"


def test_taken_back_it_is_out_of_sight(home: Home, folder: Path) -> None:
    """One that was never shared is an error."""
    geniejars.share_folder(home, folder, writable=True, restart=False)
    geniejars.unshare_folder(home, folder, restart=False)

    assert shell(home, f"ls {folder}") == ""
    with pytest.raises(UsageError):
        geniejars.unshare_folder(home, folder, restart=False)


def test_the_next_tenant_has_none(config: Config, folder: Path) -> None:
    """What was shared is taken back with the jar."""
    name = geniejars.allocate(config)
    geniejars.share_folder(Home(config, name, print, print), folder, writable=True, restart=False)
    geniejars.deallocate(config, name)
    again = geniejars.allocate(config)

    assert again == name
    assert geniejars.shared_folders(config, again) == []
    assert os.listxattr(folder) == []
    geniejars.deallocate(config, again)


def test_a_way_that_changed_leads_nowhere(folder: Path) -> None:
    """Another jar may write in a folder above, and put a symlink where the way went."""
    (folder / "above" / "shared").mkdir(parents=True)
    (folder / "secret" / "shared").mkdir(parents=True)
    share = SharedFolder(path=str(folder / "above/shared"), writable=True)
    with opened([share]) as before:
        pass
    (folder / "above").rename(folder / "moved")
    (folder / "above").symlink_to("secret")
    with opened([share]) as after:
        pass

    assert (len(before.told), len(after.told)) == (1, 0)


@pytest.mark.parametrize(
    "path",
    [
        "/usr/lib",
        "/etc",
        "/",
        "{state}",
        "{state}/jars",
        "{kept}/cache/jarbuild/layers",
        "{kept}/cache",
        "{folder}/..",
        "{folder}/file",
        "/nowhere",
    ],
)
def test_what_cannot_be_shared_is_an_error(
    home: Home, folder: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system, the jar's own places, state and cache and what holds them, a file, nothing."""
    kept = folder.parent / "kept"
    (kept / "cache/jarbuild/layers").mkdir(parents=True)
    (folder.parent / "link").symlink_to(kept)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder.parent / "link/cache"))
    geniejars.share_folder(home, folder, writable=False, restart=False)
    wrong = Path(path.format(state=home.config.state_dir, folder=folder, kept=kept))
    with pytest.raises(UsageError):
        geniejars.share_folder(home, wrong, writable=False, restart=False)
