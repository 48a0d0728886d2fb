"""The zygote's program: `python -I -S FOLDER FACTS`, the listening socket as descriptor 3.

It loads all it will ever need, then gives up importing: an import made later, inside a jar, could
find a file of the workload's.
"""

from __future__ import annotations

import sys


def _find_package() -> None:
    """Ours behind the standard library's, so that no file beside this package replaces a module."""
    folder = sys.path.pop(0)
    sys.path.append(folder.rpartition("/")[0] or "/")


if __name__ == "__main__":
    _find_package()
    from genieagent import startup, zygote
    from genieagent.agent import serve

    startup.become_plain(kept=zygote.CONTROL)
    startup.give_up_importing()
    zygote.main(sys.argv[1], serve)
