"""The jar that a command is for, and what processes in it find in their environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geniejars import (
    SEARCH_PATH,
    Config,
    kept_secrets,
    load_config,
    occupied_entry,
    reach_of_manager,
    read_state,
)
from jarbuild.display.screen import Screen
from jarbuild.selection import jar_named

if TYPE_CHECKING:
    from geniejars import Home


def open_pool(screen: Screen) -> Config:
    """The config that holds here; what is odd about it is said."""
    config = load_config()
    for note in config.notes:
        screen.note(f"note: {note}")
    return config


def open_home(given: str | None, screen: Screen) -> Home:
    """The allocated jar of a name, an alias or the selection; raises UsageError."""
    config = open_pool(screen)
    return home_of(config, jar_named(read_state(config), given), screen)


def home_of(config: Config, name: str, screen: Screen) -> Home:
    """A build that was killed while it changed the home has been finished then, or undone."""
    from geniejars import Home  # loads the client, which many commands do without

    occupied_entry(read_state(config), name)
    home = Home(config, name, lambda what: screen.note(f"waiting: {what}"), screen.note)
    home.recover()
    return home


def environment(home: Home) -> dict[str, str]:
    """What CMD is started with, for any command, and in a jar without a CMD too."""
    from geniejars import prepared_from_json

    entry = occupied_entry(read_state(home.config), home.name)
    prepared = prepared_from_json(entry["prepared"] or {})
    return {
        **(reach_of_manager() if home.config.forward_proxy else {}),
        **{f"PORT_{n}": str(port) for n, port in enumerate(entry["ports"] or (), 1)},
        "PATH": ":".join([*prepared.added_paths, SEARCH_PATH]),
        **prepared.env,
        **kept_secrets(home.config, home.name),
    }
