"""Mistakes in flags: those that do not exist here, and values that are none."""

from __future__ import annotations

from .errors import Diagnostic, diagnose, shortened
from .logical import LogicalLine
from .nodes import Span
from .slips import Slip, first_found

MOUNT = "--mount=type=cache,target=FOLDER[,id=NAME]"
FLAGS = {
    "COPY": ("--chmod=MODE", "--exclude=PATTERN"),
    "RUN": (MOUNT, "--no-cache", "--timeout=TIME"),
    "HEALTHCHECK": ("--interval=TIME", "--timeout=TIME", "--start-period=TIME", "--retries=COUNT"),
}

# Flags of a Dockerfile's directives, and what takes their place.
_ELSEWHERE = {
    "--chown": "everything in a jar belongs to the jar's user",
    "--from": "there are no build stages: RUN what makes the file, or COPY it from the context",
    "--link": "COPY needs no such flag here",
    "--parents": "name the folder in the destination",
    "--checksum": "write RUN sha256sum -c",
    "--network": "the network is the jar's, set in the configuration",
    "--security": "no directive can widen a jar's confinement",
    "--start-interval": "--interval holds from the start",
    "--no_cache": "did you mean --no-cache?",
}
_MOUNT_TYPES = {
    "bind": "COPY the files",
    "secret": "IMPORT the variable",
    "ssh": "IMPORT what is needed; a jar has no ssh agent",
    "tmpfs": "every RUN has an empty /tmp of its own",
}
_DURATION = r"(?:[0-9]{1,12}(?:\.[0-9]{1,20})?(?:ms|s|m|h)){1,4}"
_MOUNT_OPTION = r"(?:type=cache|target=[^\s,]+|id=[A-Za-z0-9_.-]+)"
_TIME = "a number with its unit, as in 500ms, 30s, 5m or 1h30m"

_VALUES = (
    Slip(
        "JF013",
        r"--chmod=(?![0-7]{3,4}(?:\s|\Z))(?P<at>(?P<mode>\S*))",
        "{mode!r} is not a file mode",
        expected="three or four octal digits, as in --chmod=755",
    ),
    Slip("JF003", r"(?P<at>--exclude=)(?=\s|\Z)", "--exclude needs a pattern"),
    Slip(
        "JF013",
        r"--(?:timeout|interval|start-period)=(?P<at>(?P<number>[0-9]+(?:\.[0-9]+)?))(?=\s|\Z)",
        "the time {number} has no unit",
        expected=_TIME,
        hint="did you mean {number}s?",
        replacement="{number}s",
    ),
    Slip(
        "JF013",
        rf"--(?:timeout|interval|start-period)=(?!{_DURATION}(?:\s|\Z))(?P<at>(?P<time>\S*))",
        "{time!r} is not a time",
        expected=_TIME,
    ),
    Slip(
        "JF013",
        r"--retries=(?![0-9]{1,3}(?:\s|\Z))(?P<at>(?P<count>\S*))",
        "{count!r} is not a number of retries",
        expected="1 to 999",
    ),
    Slip(
        "JF011",
        r"(?P<at>--no-cache\S+)",
        "--no-cache takes no value",
        hint="did you mean --no-cache?",
        replacement="--no-cache",
    ),
    *(
        Slip(
            "JF011",
            rf"--mount=(?:\S*,)?(?P<at>type={kind})(?=[\s,]|\Z)",
            f"there are no {kind} mounts",
            expected=MOUNT,
            hint=instead,
        )
        for kind, instead in _MOUNT_TYPES.items()
    ),
    Slip(
        "JF011",
        rf"--mount=(?:{_MOUNT_OPTION},)*(?!{_MOUNT_OPTION}(?:\s|\Z))(?P<at>(?P<option>[^\s,]*))",
        "{option!r} is not an option of a cache mount",
        expected=MOUNT,
    ),
)


def explain_flag(line: LogicalLine, position: int) -> Diagnostic | None:
    """The mistake at `position`, if that lies in one of the flags before everything else."""
    start = position
    while start > 0 and not line.text[start - 1].isspace():
        start -= 1
    return first_found(_VALUES, line, start) if line.text.startswith("--", start) else None


def unknown_flag(keyword: str, flag: str, span: Span) -> Diagnostic:
    """A flag that `keyword` does not have, or one that lacks its `=`."""
    name = flag.split("=")[0]
    flags = FLAGS[keyword]
    meant = next((known for known in flags if known.split("=")[0] == name), None)
    return diagnose(
        "JF011",
        f"{keyword} has no flag {shortened(name)}" if meant is None else f"{name} needs a value",
        span,
        expected=", ".join(flags) if meant is None else meant,
        hint=_ELSEWHERE.get(name),
    )
