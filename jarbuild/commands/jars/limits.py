"""What bounds each jar, for people."""

from __future__ import annotations

from geniejars import Config
from jarbuild.display.quantities import size


def limits(config: Config) -> dict[str, str]:
    """Each bound by its key in the config; whether it holds here is `doctor`'s to say."""
    values = {
        "processMax": str(config.process_max),
        "memoryMax": None if config.memory_max is None else size(config.memory_max),
        "cpuMax": None if config.cpu_max is None else f"{config.cpu_max:g}",
        "tmpSize": size(config.tmp_size),
    }
    return {key: text for key, text in values.items() if text is not None}
