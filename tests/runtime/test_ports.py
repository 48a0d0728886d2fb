"""Ports and ids: numbers that must belong to one jar only."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from geniejars import MachineError, State
from geniejars.config import default_config
from geniejars.ids import free_block, reserve_block
from geniejars.ports import give_back_ports, is_port_open, take_ports
from geniejars.state import initial_state


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A pool with the ports 20000 to 20199, all free."""
    return initial_state(default_config(tmp_path / "state.json"))


def everywhere(_port: int) -> bool:
    return True


def test_ports_are_given_once(state: State) -> None:
    """The lowest free ones, and the same again only when they were given back."""
    first = take_ports(state, "jar001", 2, everywhere)
    second = take_ports(state, "jar002", 2, everywhere)
    give_back_ports(state, "jar001")
    third = take_ports(state, "jar003", 2, everywhere)

    assert (first, second, third) == ([20000, 20001], [20002, 20003], [20000, 20001])


def test_a_port_in_use_on_the_machine_is_passed_over(state: State) -> None:
    """Another program has it; the jar gets the next ones."""
    ports = take_ports(state, "jar001", 2, lambda port: port != 20000)

    assert ports == [20001, 20002]


def test_too_few_ports_are_an_error(state: State) -> None:
    """With what to do about it."""
    with pytest.raises(MachineError, match="only 1 of 2 ports") as caught:
        take_ports(state, "jar001", 2, lambda port: port == 20005)

    assert "portCount" in (caught.value.help or "")


@pytest.mark.parametrize(
    ("family", "address"),
    [
        pytest.param(socket.AF_INET, "127.0.0.1", id="loopback"),
        pytest.param(socket.AF_INET, "0.0.0.0", id="everywhere"),  # noqa: S104
        pytest.param(socket.AF_INET6, "::1", id="IPv6"),
    ],
)
def test_a_listener_makes_a_port_used(family: socket.AddressFamily, address: str) -> None:
    """Found out by trying to bind it, while the listener is there and after."""
    with socket.create_server((address, 0), family=family) as server:
        port = server.getsockname()[1]
        meanwhile = is_port_open(port)

    assert (meanwhile, is_port_open(port)) == (False, True)


def test_connections_that_wind_down_leave_a_port_usable() -> None:
    """TIME_WAIT of an earlier tenant's server does not keep a port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()
        client.close()

    assert is_port_open(port)


EVERYTHING = range(4294967295)


@pytest.mark.parametrize(
    ("mapped", "taken", "first"),
    [
        pytest.param([EVERYTHING], [], 1_879_048_192, id="above-systemd's"),
        pytest.param([EVERYTHING], [range(1_879_048_100, 1_879_048_300)], 1_879_048_300, id="next"),
        pytest.param([range(65_536)], [range(1000, 1001)], 20_000, id="rootless-container"),
        pytest.param([range(65_536)], [range(20_050, 20_060)], 20_060, id="gap-too-small"),
        pytest.param([range(65_536)], [range(20_100, 20_110)], 20_000, id="gap-that-fits"),
    ],
)
def test_a_block_of_ids_overlaps_nothing(
    mapped: list[range], taken: list[range], first: int
) -> None:
    """Only ids that are mapped, in favoured places, that nobody has."""
    assert free_block(100, mapped, taken) == range(first, first + 100)


def test_no_free_ids_are_an_error() -> None:
    """A tiny container says what to do."""
    with pytest.raises(MachineError, match="no 100 free user ids"):
        free_block(100, [range(65_536)], [range(60_000)])


def test_two_pools_of_root_get_different_ids(tmp_path: Path) -> None:
    """Noted where every root manager of the machine looks; the same pool keeps its own."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    registry = tmp_path / "registry/ids"

    one = reserve_block(tmp_path / "one", 200, registry)
    two = reserve_block(tmp_path / "two", 200, registry)
    again = reserve_block(tmp_path / "one", 200, registry)

    assert one.first is not None
    assert (two.first, again) == (one.first + 200, one)


def test_a_pool_that_grows_gets_another_block(tmp_path: Path) -> None:
    """Ids of jars follow from their numbers, so a block is one piece."""
    registry = tmp_path / "ids"
    small = reserve_block(tmp_path, 10, registry)
    (tmp_path / "other").mkdir()
    reserve_block(tmp_path / "other", 10, registry)

    large = reserve_block(tmp_path, 30, registry)

    assert small.first is not None
    assert (large.first, large.count) == (small.first + 20, 30)


def test_the_ids_of_a_pool_that_is_gone_are_free_again(tmp_path: Path) -> None:
    """Its state folder was removed, and its jars with it."""
    (tmp_path / "one").mkdir()
    registry = tmp_path / "ids"
    one = reserve_block(tmp_path / "one", 10, registry)
    (tmp_path / "one").rmdir()
    (tmp_path / "two").mkdir()

    two = reserve_block(tmp_path / "two", 10, registry)

    assert two == one
    assert list(json.loads(registry.read_bytes())) == [str(tmp_path / "two")]
