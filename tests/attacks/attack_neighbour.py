"""The app of another jar, to be attacked: it opens its home to all, and puts its secret there."""

from __future__ import annotations

import os
import signal
from pathlib import Path

home = Path.cwd()
home.chmod(0o2777)
(home / "shared").write_text(os.environ["TOKEN"])
(home / "shared").chmod(0o666)
print("ready", flush=True)
while True:
    signal.pause()
