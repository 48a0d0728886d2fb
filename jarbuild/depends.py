"""What a DEPEND leads to, as a digest: a file's content, a folder's tree, else only what it is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from geniejars import Digest, Forest, JFileError, sha256
from jarbuild.snapshots import Snapshots
from jarbuild.stamps import ChangedError, StatCache, stamp_of


def check_depend(written: str) -> None:
    """Raises JFileError where the path does not exist or cannot be looked up. A relative one
    starts at the current folder, as it always has."""
    try:
        Path(written).stat()
    except PermissionError as error:
        raise JFileError(f"cannot read {written}: {error.strerror}") from error
    except (OSError, ValueError) as error:
        raise JFileError(
            f"dependency not found: {written}",
            help="install it there, or correct the path; it is looked up on this machine",
        ) from error


def depend_digest(written: str, stamps: StatCache) -> Digest:
    """The digest of what the final link leads to; raises JFileError.

    What cannot be read counts by its stamp: the jar cannot read it either.
    """
    path = os.path.realpath(os.fsencode(written))
    snapshots = Snapshots(Forest(), stamps, _by_stamp)
    try:
        seen = Path(os.fsdecode(path)).stat()
        if stat.S_ISDIR(seen.st_mode):
            return snapshots.folder(path, snapshots.mode(seen)).value
        if stat.S_ISREG(seen.st_mode):
            return snapshots.file(path, seen).value
    except OSError as error:
        raise JFileError(
            f"cannot read {written}: {error.strerror}", help="make it readable for you"
        ) from error
    except ChangedError as error:
        raise JFileError(
            f"{error} changed while it was read", help="build again when whatever writes it is done"
        ) from error
    return sha256(b"special")


def _by_stamp(path: bytes, error: OSError) -> Digest:
    return sha256(repr(stamp_of(os.lstat(path))).encode())
