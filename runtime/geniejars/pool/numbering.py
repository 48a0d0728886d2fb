"""Which ids the accounts of a pool get: all from one block that nobody else has. Pure.

    first + 2k            the k-th jar's user and group: what runs in it
    first + 2k + 1        its agent's, without a name
    the last two          the manager's group, the common user and its group

The block is larger than the pool, so a pool that grows keeps its ids.
"""

from __future__ import annotations

from attrs import frozen

from geniejars.errors import UsageError
from geniejars.ids import Census, free_block

LEAST_JARS = 500
"""For which there are ids from the start."""


@frozen
class Numbering:
    block: range

    @property
    def capacity(self) -> int:
        """How many jars have ids."""
        return (len(self.block) - 2) // 2

    def workload(self, number: int) -> int:
        return self.block[2 * number]

    def agent(self, number: int) -> int:
        return self.block[2 * number + 1]

    @property
    def manager_group(self) -> int:
        return self.block[-2]

    @property
    def common(self) -> int:
        return self.block[-1]


def number_pool(census: Census, size: int) -> Numbering:
    """The block noted for the pool, else a free one; raises UsageError where it is too small,
    MachineError where there is none."""
    block = census.mine or free_block(2 * max(size, LEAST_JARS) + 2, census.mapped, census.taken)
    numbering = Numbering(block)
    if size > numbering.capacity:
        raise UsageError(
            f"poolSize {size}: this pool was set up with ids for {numbering.capacity} jars",
            help="geniejars uninstall, then set it up anew",
        )
    return numbering
