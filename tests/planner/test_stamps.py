"""The stat cache: what is unchanged is not read, what changed is never missed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from attrs import define, field

from jarbuild.stamps import ChangedError, StatCache, device_clock


@define
class Ticks:
    """A file system whose clock stands still until it is ticked."""

    now: int = 1_000
    asked: int = 0
    times: dict[int, int] = field(factory=dict)  # by inode

    def clock(self, device: int, path: bytes) -> int:
        self.asked += 1
        return self.now

    def write(self, path: Path, content: str) -> None:
        path.write_text(content)
        self.times[path.stat().st_ino] = self.now

    def stat(self, seen: os.stat_result) -> os.stat_result:
        """With the times that this clock gave."""
        plain, ns = seen.__reduce__()[1][:2]
        stamp = self.times.get(seen.st_ino, 1)
        return os.stat_result(plain, {**ns, "st_mtime_ns": stamp, "st_ctime_ns": stamp})


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    ticks, fstat = Ticks(), os.fstat
    monkeypatch.setattr(os, "fstat", lambda fd: ticks.stat(fstat(fd)))
    return ticks


def digest(cache: StatCache, ticks: Ticks, path: Path) -> str:
    return cache.digest(os.fsencode(path), ticks.stat(path.stat())).value.decode()


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_an_edit_in_the_same_tick_is_seen(ticks: Ticks, tmp_path: Path) -> None:
    """Same size, same inode, same stamp: what is read in that tick is not kept."""
    file, kept = tmp_path / "file", tmp_path / "stamps"
    ticks.write(file, "one")
    first = StatCache.load(kept, ticks.clock)
    before = digest(first, ticks, file)
    first.save()
    ticks.write(file, "two")
    after = digest(StatCache.load(kept, ticks.clock), ticks, file)

    assert (before, after) == (sha("one"), sha("two"))


def test_a_file_that_has_settled_is_not_read_again(ticks: Ticks, tmp_path: Path) -> None:
    """One tick after its last change a file's stamp vouches for it."""
    file, kept = tmp_path / "file", tmp_path / "stamps"
    ticks.write(file, "one")
    ticks.now += 1
    first = StatCache.load(kept, ticks.clock)
    digest(first, ticks, file)
    first.save()
    second = StatCache.load(kept, ticks.clock)

    assert digest(second, ticks, file) == sha("one")
    assert (first.reads, second.reads) == (1, 0)


@pytest.mark.parametrize("change", ["st_ino", "st_size", "st_mode", "st_ctime_ns", "st_mtime_ns"])
def test_each_part_of_the_stamp_counts(change: str, ticks: Ticks, tmp_path: Path) -> None:
    """A modification time that was put back does not hide a change: the change time tells."""
    file = tmp_path / "file"
    ticks.write(file, "one")
    ticks.now += 1
    cache = StatCache(None, ticks.clock)
    digest(cache, ticks, file)
    known = StatCache(known=cache._used)
    seen = ticks.stat(file.stat())
    names = ("st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size")
    plain, ns = list(seen.__reduce__()[1][0]), dict(seen.__reduce__()[1][1])
    if change in names:
        plain[names.index(change)] += 1
    else:
        ns[change] += 1
    known.digest(os.fsencode(file), os.stat_result(plain, ns))

    assert known.reads == 1


def test_the_clock_is_asked_once_and_only_to_keep(ticks: Ticks, tmp_path: Path) -> None:
    """A plan makes no file, not even an unnamed one."""
    for name in "abc":
        ticks.write(tmp_path / name, name)
    for cache in (StatCache(None, ticks.clock), StatCache(None, None)):
        for name in "abc":
            digest(cache, ticks, tmp_path / name)

    assert ticks.asked == 1


@pytest.mark.parametrize("damage", [b"", b"x", None], ids=["emptied", "bit", "truncated"])
def test_a_damaged_file_counts_as_absent(
    damage: bytes | None, ticks: Ticks, tmp_path: Path
) -> None:
    """Never a digest from a damaged cache."""
    file, kept = tmp_path / "file", tmp_path / "stamps"
    ticks.write(file, "one")
    ticks.now += 1
    cache = StatCache.load(kept, ticks.clock)
    digest(cache, ticks, file)
    cache.save()
    content = kept.read_bytes()
    flipped = content[:-1] + damage if damage else content[:-20]
    kept.write_bytes(b"" if damage == b"" else flipped)

    assert StatCache.load(kept, ticks.clock).known == {}


def test_a_file_that_does_not_hold_still(ticks: Ticks, tmp_path: Path) -> None:
    """It is read a few times, then the build says so."""
    file = tmp_path / "file"
    ticks.write(file, "one")

    def changing(_: object) -> bytes:
        ticks.times[file.stat().st_ino] += 1
        return b""

    with pytest.raises(ChangedError):
        StatCache().fact(b"", changing, os.fsencode(file), ticks.stat(file.stat()))


def test_the_clock_of_a_real_file_system(tmp_path: Path) -> None:
    """Its stamp is not older than a file written just before, and it leaves nothing behind."""
    file = tmp_path / "file"
    file.touch()
    seen = file.stat()
    stamp = device_clock(tmp_path)(seen.st_dev, os.fsencode(file))

    assert stamp >= seen.st_ctime_ns
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert device_clock(tmp_path)(-1, os.fsencode(file)) == 0
