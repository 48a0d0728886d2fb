"""`python -m jarbuild` is `jarbuild`."""

from __future__ import annotations

import sys

from jarbuild.cli import main

sys.exit(main())
