from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from caches import Ended

from jarbuild import cli
from jarbuild.cache.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store that a build has opened."""
    with Store.open(tmp_path / "cache", is_writable=True) as store:
        yield store


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of this process's user, in this test."""
    for name in ("GENIEJARS_HOME", "JARBUILD_CACHE_MAX_SIZE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "xdg/jarbuild"


@pytest.fixture
def cache(own_cache: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """`cache("ls")` is `jarbuild cache ls`, on a cache of this test's own."""

    def run(*words: str) -> Ended:
        code = cli.main(["cache", *words])
        return Ended(code, *capsys.readouterr())

    return run
