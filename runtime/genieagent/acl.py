"""POSIX access control lists, as the kernel keeps them in extended attributes. See acl(5).

Bytes in, values out, and back; no files here. The format is linux/posix_acl_xattr.h's.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"

READ, WRITE, EXECUTE = 4, 2, 1

_VERSION = 2
_HEADER, _ENTRY = struct.Struct("<I"), struct.Struct("<HHI")
_OWNER, _USER, _OWNING_GROUP, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_MASKED = (_USER, _OWNING_GROUP, _GROUP)
_NO_ID = 0xFFFFFFFF


@dataclass(frozen=True, order=True)
class Entry:
    tag: int
    id: int
    permissions: int


@dataclass(frozen=True)
class Acl:
    """Entries in the order that the kernel wants: by tag, then by id."""

    entries: tuple[Entry, ...]

    @property
    def is_minimal(self) -> bool:
        """It says nothing that a mode could not say."""
        return not any(e.tag in (_USER, _GROUP) for e in self.entries)

    def with_user(self, uid: int, permissions: int) -> Acl:
        """The user has these and no other, and nobody else has more than before."""
        others = self._others(uid)
        return _masked([*others, Entry(_USER, uid, permissions)])

    def without_user(self, uid: int) -> Acl:
        """Without a named user or group the mask goes, too, and the mode says everything."""
        return _masked(self._others(uid))

    def _others(self, uid: int) -> list[Entry]:
        """As they are in effect: a mask that `chmod` has narrowed must not come back wider."""
        mask = next((e.permissions for e in self.entries if e.tag == _MASK), ~0)
        others = (e for e in self.entries if (e.tag, e.id) != (_USER, uid) and e.tag != _MASK)
        return [
            replace(e, permissions=e.permissions & mask) if e.tag in _MASKED else e for e in others
        ]


def of_mode(mode: int) -> Acl:
    """What a file without a list has."""
    bits = {_OWNER: mode >> 6, _OWNING_GROUP: mode >> 3, _OTHER: mode}
    return Acl(tuple(Entry(tag, _NO_ID, permissions & 7) for tag, permissions in bits.items()))


def parse(value: bytes) -> Acl:
    """Raises ValueError, struct.error."""
    if _HEADER.unpack_from(value)[0] != _VERSION:
        raise ValueError("a list of an unknown version")
    entries = _ENTRY.iter_unpack(value[_HEADER.size :])
    return Acl(tuple(Entry(tag, id_, permissions) for tag, permissions, id_ in entries))


def as_bytes(acl: Acl) -> bytes:
    packed = (_ENTRY.pack(e.tag, e.permissions, e.id) for e in acl.entries)
    return _HEADER.pack(_VERSION) + b"".join(packed)


def _masked(entries: list[Entry]) -> Acl:
    mask = 0
    for entry in entries:
        mask |= entry.permissions if entry.tag in _MASKED else 0
    unmasked = Acl(tuple(sorted(entries)))
    if unmasked.is_minimal:
        return unmasked
    return Acl(tuple(sorted([*entries, Entry(_MASK, _NO_ID, mask)])))
