"""Setting up and removing a pool, for whoever does it: look, decide, then act."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from geniejars.config import Config
from geniejars.pool.places import SYSTEM, Places
from geniejars.pool.removal import plan_removal
from geniejars.pool.setup import plan_setup
from geniejars.pool.steps import Step
from geniejars.pool.survey import look_around
from geniejars.pool.walker import walk


def pool_setup(config: Config, places: Places = SYSTEM) -> tuple[Step, ...]:
    """What is to be done on this machine, by root, until the pool is there; empty where it is.

    Changes nothing; `str()` of a step is a sentence. Raises UsageError for a config, MachineError
    for a machine that will not do.
    """
    at = places.of(config.pool_prefix)
    return plan_setup(config, look_around(config, at), at)


def pool_removal(config: Config, places: Places = SYSTEM) -> tuple[Step, ...]:
    """What is to be done until nothing is left of it; empty where it was never set up."""
    at = places.of(config.pool_prefix)
    return plan_removal(config, look_around(config, at), at)


def allocated_jars(config: Config, places: Places = SYSTEM) -> tuple[str, ...]:
    """Those of the pool that somebody has, as its manager's state says."""
    return look_around(config, places.of(config.pool_prefix)).allocated


def change_machine(steps: Sequence[Step], on_step: Callable[[Step], None]) -> None:
    """Do it; `on_step` hears of each step before it is done. Raises MachineError; what was done
    stays, and the same command goes on from there."""
    walk(steps, on_step)
