"""All attacks, by the guarantee they are on."""

from __future__ import annotations

import attack_agents
import attack_bounds
import attack_leftovers
import attack_networks
import attack_processes
import attack_reads
import attack_sockets
import attack_terminals
import attack_writes
from attack_record import Attack

PROGRAMS: tuple[Attack, ...] = (
    *attack_writes.ATTACKS,
    *attack_reads.ATTACKS,
    *attack_processes.ATTACKS,
    *attack_agents.ATTACKS,
    *attack_leftovers.ATTACKS,
    *attack_terminals.ATTACKS,
    *attack_sockets.ATTACKS,
    *attack_bounds.ATTACKS,
)
"""That a workload makes alone."""

NETWORKED: tuple[Attack, ...] = attack_networks.ATTACKS
"""The same, in a jar with a network of its own."""
