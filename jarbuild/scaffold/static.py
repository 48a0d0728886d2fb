"""Static sites: a folder with an index.html, served by Python's own web server."""

from __future__ import annotations

from jarbuild.scaffold.draft import Draft, app
from jarbuild.scaffold.folder import Folder

SERVER = ("python3", "-m", "http.server", "${PORT(1)}", "--bind", "127.0.0.1")


def recipe(folder: Folder) -> Draft | None:
    """None where there is no index.html."""
    if not folder.has("index.html"):
        return None
    return Draft(
        "found a static site (index.html)",
        ("python3 serves the folder on the jar's first port",),
        app(folder, ("WORKDIR site", "COPY . ."), SERVER),
        (".DS_Store",),
    )
