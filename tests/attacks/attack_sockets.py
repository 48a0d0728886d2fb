"""Guarantee 8: a jar binds only its own TCP ports, and no filter is walked past."""

from __future__ import annotations

import ctypes
import mmap
import socket
import struct

from attack_calls import IO_URING_SETUP, NUMBERS, call
from attack_record import SITUATIONS, Attack, Target, not_promised

MPTCP, UDP_LITE = 262, 136
MSG_FASTOPEN = 0x20000000
VSOCK = 40
_USER_KEYRING, _UNLINK = -4, 9  # keyctl(2)
_OLD_SOCKET = 359  # arch/x86/entry/syscalls/syscall_32.tbl


def bind_neighbours_port(target: Target) -> bool:
    """Listens on a port that is another jar's."""
    return _listens(target.neighbour_port)


def _listens(port: int) -> bool:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen()
        return True


def bind_neighbours_port_6(target: Target) -> bool:
    """Listens on another jar's port by the other IP."""
    with socket.socket(socket.AF_INET6) as server:
        server.bind(("::", target.neighbour_port))
        server.listen()
        return True


def bind_datagram_port(target: Target) -> bool:
    """Takes a UDP port."""
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", target.neighbour_port))
        return True


def listen_without_bind(target: Target) -> bool:
    """Lets the kernel pick a port."""
    with socket.socket() as server:
        server.listen()
        return server.getsockname()[1] > 0


def bind_by_multipath(target: Target) -> bool:
    """Listens by MPTCP, which rules about TCP ports do not see."""
    with socket.socket(proto=MPTCP) as server:
        server.bind(("127.0.0.1", target.neighbour_port))
        server.listen()
        return True


def talk_to_hypervisor(target: Target) -> bool:
    """Opens a socket to what the machine runs on (vsock)."""
    return _opens(VSOCK, socket.SOCK_STREAM)


def listen_to_wire(target: Target) -> bool:
    """Opens a socket that sees every packet."""
    return _opens(socket.AF_PACKET, socket.SOCK_RAW)


def bind_by_other_datagrams(target: Target) -> bool:
    """Takes a port of UDP-Lite, which no rule knows."""
    with socket.socket(type=socket.SOCK_DGRAM, proto=UDP_LITE) as server:
        server.bind(("127.0.0.1", target.neighbour_port))
        return True


def _opens(family: int, kind: int) -> bool:
    with socket.socket(family, kind):
        return True


def connect_with_data(target: Target) -> bool:
    """Connects by sending (TCP fast open), past rules about connecting."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        return client.sendto(b"x", MSG_FASTOPEN, server.getsockname()) == 1


def use_old_system_calls(target: Target) -> bool:
    """Opens a socket of a refused family by `int 0x80`, where calls have other numbers."""
    return _old_call(_OLD_SOCKET, VSOCK, socket.SOCK_STREAM, 0) >= 0


def _old_call(number: int, first: int, second: int, third: int) -> int:
    """push rbx; mov eax,…; mov ebx,…; mov ecx,…; mov edx,…; int 0x80; pop rbx; ret"""
    code = b"\x53" + struct.pack(
        "<BIBIBIBI", 0xB8, number, 0xBB, first, 0xB9, second, 0xBA, third
    ) + b"\xcd\x80\x5b\xc3"  # fmt: skip
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return int(ctypes.CFUNCTYPE(ctypes.c_int)(address)())


def make_ring(target: Target) -> bool:
    """Makes a ring, through which calls go that no filter sees (io_uring)."""
    return call(IO_URING_SETUP, 1, bytes(120)) >= 0


def keep_key(target: Target) -> bool:
    """Leaves a key in the kernel for the next tenant of its user id."""
    key = call(NUMBERS["add_key"], b"user\0", b"jbt\0", b"secret", 6, _USER_KEYRING)
    call(NUMBERS["keyctl"], _UNLINK, key, _USER_KEYRING)
    return key > 0


def reach_managers_server(target: Target) -> bool:
    """Asks a server of the manager's on the machine's loopback."""
    with socket.create_connection(("127.0.0.1", target.loopback_port), timeout=2) as asker:
        return target.is_secret(asker.recv(100).decode())


_WITH_HOST = "with `network: host` only binding TCP ports is ruled"
_LOOPBACK = dict.fromkeys(SITUATIONS, not_promised(_WITH_HOST))
_PICKED = dict.fromkeys(SITUATIONS, not_promised("half of all tools need a port of the kernel's"))

ATTACKS = (
    Attack(bind_neighbours_port, 8),
    Attack(bind_neighbours_port_6, 8),
    Attack(bind_datagram_port, 8, _LOOPBACK),
    Attack(listen_without_bind, 8, _PICKED),
    Attack(bind_by_multipath, 8),
    Attack(bind_by_other_datagrams, 8),
    Attack(talk_to_hypervisor, 8),
    Attack(listen_to_wire, 8, needs_root=True),
    Attack(connect_with_data, 8),
    Attack(use_old_system_calls, 8),
    Attack(make_ring, 8),
    Attack(keep_key, 6),
    Attack(reach_managers_server, 8, _LOOPBACK),
)
