"""`--verify`: everything that the last build came to is read again and compared with its plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from geniejars import Difference, Home, Plan, StepFailedError, verify_home, verify_root
from jarbuild.cache.store import Store
from jarbuild.cache.verify import verify_results


class NotAsPlannedError(StepFailedError):
    """Something is not what the plan says, though nothing of a file's status shows it."""

    code = "not-as-planned"


def differences(store: Store, home: Home, plan: Plan, jar: str) -> tuple[Difference, ...]:
    """How home, build root and cache differ from the plan that was just carried out.

    `jar` is its name in the history. Whatever was known of files and entries that differ is
    forgotten: the next build makes them anew.
    """
    keys = (k for k in store.history(plan.jfile).good[jar] if k not in store.too_large)
    return (
        *verify_home(home, store, plan.prepared.persist),
        *verify_root(home, store),
        *_of_cache(store, keys),
    )


def _of_cache(store: Store, keys: Iterable[str]) -> Iterator[Difference]:
    for finding in verify_results(store, dict.fromkeys(keys)):
        yield Difference("cache", finding.path, finding.problem)


def refuse(found: tuple[Difference, ...]) -> None:
    """Raises NotAsPlannedError where something differs."""
    if found:
        shown = f"{found[0]}" if len(found) == 1 else f"{found[0]}, and {len(found) - 1} more"
        raise NotAsPlannedError(
            f"not as planned: {shown}",
            help="the next build puts it right; what it replaces in the home, the backup keeps",
        )
