"""`jarbuild cache export`: a build as an OCI image layout, for whatever reads images."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geniejars import (
    UsageError,
    cache_folder,
    load_config,
    occupied_entry,
    prepared_from_json,
    read_state,
)
from jarbuild.arguments import Parser
from jarbuild.cache.store import Store
from jarbuild.commands.cache.entries import entry_named
from jarbuild.commands.upkeep import jar_id
from jarbuild.display.controls import escaped
from jarbuild.display.screen import Screen
from jarbuild.selection import jar_named

if TYPE_CHECKING:
    from jarbuild.image.chain import Chain

SUMMARY = """\
Write an OCI image layout: the last build of a jar, or its steps up to an entry.
Each step is a layer; the home lies at its path in the jar. Nothing else is in
the image: put it over one that has the tools, or copy out of it."""
EXAMPLES = (
    "jarbuild cache export --jar myapp_1 ./image && skopeo inspect oci:image",
    "jarbuild cache export 2a506d67 ./image",
)


def options(parser: Parser) -> None:
    parser.add_argument("--jar", metavar="NAME", help="name or alias (default: the selected jar)")
    parser.add_argument("key", metavar="KEY", nargs="?", help="the last step; may be shortened")
    parser.add_argument("destination", metavar="DEST", help="a folder that is not there yet")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    from jarbuild.image.export import export

    if arguments.key and arguments.jar:
        raise UsageError("name a KEY or a jar, not both")
    # Held open as by a build: what is being exported must not be pruned meanwhile.
    with Store.open(cache_folder(), is_writable=True) as store:
        find = _of_key if arguments.key else _of_jar
        chain, settings = find(store, arguments.key or arguments.jar)
        manifest = export(store, chain, settings, Path(arguments.destination))
    screen.print([f"{escaped(arguments.destination)}: {manifest.digest}"])
    return 0


def _of_key(store: Store, prefix: str) -> tuple[Chain, Mapping[str, Any]]:
    from jarbuild.image.chain import chain_to
    from jarbuild.image.settings import settings_of_step

    chain = chain_to(store, entry_named(store, prefix).record)
    return chain, settings_of_step(chain.records[-1])


def _of_jar(store: Store, name: str | None) -> tuple[Chain, Mapping[str, Any]]:
    """Raises UsageError for a jar that nobody has, MachineError for one that was never built."""
    from jarbuild.image.chain import chain_of_jar
    from jarbuild.image.settings import settings_of_jar

    config = load_config()
    state = read_state(config)
    jar = jar_named(state, name)
    entry = occupied_entry(state, jar)
    chain = chain_of_jar(store, entry["jfile"] or "", jar_id(config.state_file, jar))
    prepared = prepared_from_json(entry["prepared"] or {})
    view: Any = chain.records[-1].preimage["view"]
    return chain, settings_of_jar(view, prepared, entry["ports"] or ())
