"""All attacks in which the manager has a part, by the guarantee they are on."""

from __future__ import annotations

import plot_builds
import plot_deputies
import plot_endings
import plot_gaps
import plot_hogs
import plot_secrets
import plot_swaps

PLOTS = (
    *plot_endings.PLOTS,
    *plot_deputies.PLOTS,
    *plot_swaps.PLOTS,
    *plot_gaps.PLOTS,
    *plot_hogs.PLOTS,
    *plot_builds.PLOTS,
    *plot_secrets.PLOTS,
)
