"""The manager's own proxy: where there is one, whatever a jar may reach is reached through it.

Which one is for the manager's environment to say, as it is for every other program of the
manager's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from attrs import frozen

from geniejars.config import Config

_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_EXCEPTIONS = ("no_proxy", "NO_PROXY")


@frozen
class Upstream:
    """As the variables have it; `exceptions` are the hosts that are reached without."""

    url: str
    exceptions: str = ""


def upstream_of(config: Config, environ: Mapping[str, str] = os.environ) -> Upstream | None:
    """Where the environment names a proxy, and the config lets it be used for jars."""
    url = _first(_VARIABLES, environ)
    if config.network != "filtered" or not config.forward_proxy or not url:
        return None
    return Upstream(url, _first(_EXCEPTIONS, environ))


def _first(names: tuple[str, ...], environ: Mapping[str, str]) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")
