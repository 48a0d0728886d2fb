"""mkdocs hooks: pages are written for the repository's folders, as GitHub shows them.

Pages that lie outside of docs/ come along, and every link between files of the repository becomes
one of the site, or of the repository for what is no page.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

TOP = Path(__file__).parent.parent
ELSEWHERE = {
    "README.md": "index.md",
    "JFILE.md": "jfile.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "jarbuild/commands/jars/COMMON-ISSUES.md": "common-issues.md",
    "grammar/README.md": "grammar.md",
    "runtime/README.md": "runtime.md",
    "runtime/PROTOCOL.md": "protocol.md",
}
"""Pages outside of docs/, and what the site calls them."""

LINK = re.compile(r"(!?\[[^\]]*\]\()(?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """A page without a place in the navigation is listed all the same, behind the others."""
    pages = [path.name for path in sorted(TOP.glob("docs/*.md"))]
    if others := [name for name in pages if f"'{name}'" not in str(config.nav)]:
        config.nav = [*(config.nav or []), {"More": others}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """docs/ as mkdocs found it, and the pages from elsewhere."""
    for name, uri in ELSEWHERE.items():
        files.append(File.generated(config, uri, content=(TOP / name).read_text("utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, config: MkDocsConfig, files: Files) -> str:
    """The page with links that hold on the site."""
    source = _in_repository(page.file.src_uri)

    def linked(found: re.Match[str]) -> str:
        target = os.path.normpath(source.parent / found[2])
        return f"{found[1]}{_url(target, page.file.src_uri, config)}{found[3] or ''})"

    return LINK.sub(linked, markdown)


def _in_repository(uri: str) -> Path:
    names = {site: name for name, site in ELSEWHERE.items()}
    return Path(names.get(uri) or f"docs/{uri}")


def _url(target: str, page: str, config: MkDocsConfig) -> str:
    if not (TOP / target).exists():
        raise PluginError(f"{page} links to {target}, which is not there")
    if target in ELSEWHERE:
        return ELSEWHERE[target]
    if target.startswith("docs/"):
        return target.removeprefix("docs/")
    return f"{config.repo_url}/blob/main/{target}"
