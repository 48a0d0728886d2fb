"""What processes in a jar find in their environment, beside what the agent itself adds."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from genieagent.gate import PROXY_PORT
from geniejars.config import Config

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""PATH, unless ENV says otherwise: the folders of the machine that every jar sees."""

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY")
REACH_VARIABLES = frozenset(
    [
        *_PROXIES,
        *(name.lower() for name in _PROXIES),
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "PIP_CERT",
        "NODE_EXTRA_CA_CERTS",
        "GIT_SSL_CAINFO",
        "CARGO_HTTP_CAINFO",
    ]
)
"""How the manager reaches the network; whatever runs in a jar reaches it the same way."""


_JAR_PROXY = f"http://127.0.0.1:{PROXY_PORT}"
_REACH_OF_FILTERED = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), _JAR_PROXY),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), "localhost,127.0.0.1,::1"),
    "NODE_USE_ENV_PROXY": "1",  # else Node's own fetch does not look at them
}


def reach(config: Config, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """How what runs in a jar reaches the network: the manager's way, or its own proxy where that
    is the only one. In no key and no state."""
    managers = reach_of_manager(environ) if config.forward_proxy else {}
    return {**managers, **(_REACH_OF_FILTERED if config.network == "filtered" else {})}


def reach_of_manager(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The proxy and certificate variables that are set here; they are in no key and no state."""
    return {name: environ[name] for name in sorted(REACH_VARIABLES & environ.keys())}


def app_environment(
    ports: Sequence[int],
    added_paths: Sequence[str],
    env: Mapping[str, str],
    secrets: Mapping[str, str],
) -> dict[str, str]:
    """What CMD starts with: PORT_1…, PATH behind the ADDPATHs, ENV, IMPORT; the later wins."""
    numbered = {f"PORT_{n}": str(port) for n, port in enumerate(ports, 1)}
    path = ":".join([*added_paths, SEARCH_PATH])
    return {**numbered, "PATH": path, **env, **secrets}
