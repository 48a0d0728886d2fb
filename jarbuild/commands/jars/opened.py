"""The jar that a command is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geniejars import Config, load_config, occupied_entry, read_state
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
