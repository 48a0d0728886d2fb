"""The pages build into a site that needs nobody else's server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent.parent
LOADED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"([^\"]+)\"")
"""What a browser fetches by itself, unlike a link that somebody clicks."""


def build(source: Path, site: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", site]
    return subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = build(TOP, folder)
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_is_there(site: Path) -> None:
    """Each page of docs/, and those from elsewhere; links and anchors were checked (--strict)."""
    written = {page.stem for page in TOP.glob("docs/*.md")}
    built = {page.parent.name for page in site.glob("*/index.html")}

    assert written | {"jfile", "contributing", "changelog", "runtime", "protocol"} <= built
    assert (site / "index.html").exists()


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    """A reader without network sees what everybody sees, and nobody hears of readers."""
    loaded = {url for page in site.rglob("*.html") for url in LOADED.findall(page.read_text())}

    assert loaded
    assert [url for url in loaded if "//" in url] == []


@pytest.mark.parametrize("link", ["../nothing.md", "nothing.md", "rules.md#nothing"])
def test_a_dead_link_fails_the_build(link: str, tmp_path: Path) -> None:
    """In the site's folder, outside of it, and within a page."""
    copy = tmp_path / "clone"
    copy.mkdir()
    for entry in TOP.iterdir():
        (copy / entry.name).symlink_to(entry)
    (copy / "docs").unlink()
    shutil.copytree(TOP / "docs", copy / "docs")
    with (copy / "docs/lint-in-ci.md").open("a") as page:
        page.write(f"\n[nowhere]({link})\n")

    built = build(copy, tmp_path / "site")

    assert built.returncode != 0
    assert "nothing" in built.stderr
