"""Which hosts an allow-list covers, and which spellings are no hosts at all."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from geniejars.allowlist import BadHostError, parse_allowlist, parse_target


@pytest.mark.parametrize(
    "text, host, port",
    [
        pytest.param("pypi.org:443", "pypi.org", 443, id="name"),
        pytest.param("PyPI.Org:443", "pypi.org", 443, id="case"),
        pytest.param("pypi.org.:443", "pypi.org", 443, id="root-dot"),
        pytest.param("xn--bcher-kva.example:443", "xn--bcher-kva.example", 443, id="idn"),
        pytest.param("9.9.9.9:53", "9.9.9.9", 53, id="address"),
        pytest.param("[2620:FE::9]:443", "2620:fe::9", 443, id="six"),
        pytest.param("[::ffff:9.9.9.9]:443", "9.9.9.9", 443, id="four-in-six"),
        pytest.param("[64:ff9b::9.9.9.9]:443", "9.9.9.9", 443, id="nat64"),
        pytest.param("[2002:909:909::]:443", "9.9.9.9", 443, id="6to4"),
    ],
)
def test_a_host_has_one_spelling(text: str, host: str, port: int) -> None:
    """However it is written, it is compared as this."""
    target = parse_target(text)

    assert (str(target.host), target.port) == (host, port)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("pypi.org", id="no-port"),
        pytest.param("pypi.org:", id="empty-port"),
        pytest.param("pypi.org:0", id="port-zero"),
        pytest.param("pypi.org:0443", id="port-with-zero"),
        pytest.param("pypi.org:65536", id="port-too-high"),
        pytest.param("pypi.org:４４３", id="port-of-other-digits"),
        pytest.param("pypi.org:443:443", id="two-ports"),
        pytest.param("pypi.org\0.evil.example:443", id="nul"),
        pytest.param("evil.example\0pypi.org:443", id="nul-before"),
        pytest.param("pypi.org@evil.example:443", id="user"),
        pytest.param("evil.example/pypi.org:443", id="path"),
        pytest.param("pypi.org..:443", id="two-dots"),
        pytest.param(".pypi.org:443", id="leading-dot"),
        pytest.param("-pypi.org:443", id="leading-dash"),
        pytest.param("pypi.org\r\nHost: x:443", id="line"),
        pytest.param("pypi .org:443", id="space"),
        pytest.param("pypi。org:443", id="ideographic-stop"),
        pytest.param("ｐypi.org:443", id="full-width"),
        pytest.param("%70ypi.org:443", id="percent"),
        pytest.param("*.pypi.org:443", id="star"),
        pytest.param("127.1:443", id="short-address"),
        pytest.param("2130706433:443", id="address-as-number"),
        pytest.param("0x7f.0.0.1:443", id="hexadecimal"),
        pytest.param("0177.0.0.1:443", id="octal"),
        pytest.param("127.0.0.0x1:443", id="hexadecimal-end"),
        pytest.param("::1:443", id="six-without-brackets"),
        pytest.param("[::1:443", id="open-bracket"),
        pytest.param("[fe80::1%eth0]:443", id="interface"),
        pytest.param("[pypi.org]:443", id="name-in-brackets"),
        pytest.param(f"{'a' * 64}.org:443", id="long-label"),
        pytest.param(f"{'a.' * 127}org:443", id="long-name"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_host_is_refused(text: str) -> None:
    """No spelling that some resolver reads in another way than we do."""
    with pytest.raises(BadHostError):
        parse_target(text)


ENTRIES = (
    "pypi.org",
    "*.npmjs.org",
    "intranet.example:8443",
    "9.9.9.9",
    "10.1.0.0/16:8080",
    "10.3.0.0/16",
)


@pytest.mark.parametrize(
    "text, covered",
    [
        ("pypi.org:443", True),
        ("pypi.org:80", False),
        ("files.pypi.org:443", False),
        ("notpypi.org:443", False),
        ("pypi.org.evil.example:443", False),
        ("registry.npmjs.org:443", True),
        ("a.b.npmjs.org:443", True),
        ("npmjs.org:443", False),
        ("evilnpmjs.org:443", False),
        ("intranet.example:8443", True),
        ("intranet.example:443", False),
        ("9.9.9.9:443", True),
        ("9.9.9.8:443", False),
        ("[::ffff:9.9.9.9]:443", True),
        ("10.1.2.3:8080", True),
        ("10.2.0.1:8080", False),
    ],
)
def test_an_entry_covers_its_name_and_port(text: str, covered: bool) -> None:
    """Nothing beside it, nothing below it unless it begins with a star."""
    assert parse_allowlist(ENTRIES).covers(parse_target(text)) == covered


@pytest.mark.parametrize(
    "address, allowed",
    [
        ("93.184.215.14", True),
        ("2606:2800:21f::1", True),
        ("10.3.2.1", True),
        ("10.1.2.3", False),  # listed with another port
        ("10.2.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("192.168.1.1", False),
        ("100.100.100.200", False),
        ("0.0.0.0", False),  # noqa: S104
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fd00::1", False),
        ("fe80::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("::ffff:10.3.2.1", True),
    ],
)
def test_a_name_leads_to_the_internet_only(address: str, allowed: bool) -> None:
    """Unless the private network it leads to is listed, too."""
    assert parse_allowlist(ENTRIES).may_lead_to(ip_address(address), 443) == allowed


@pytest.mark.parametrize(
    "entry",
    ["", "*", "*.*.org", "*.10.0.0.1", "pypi.org:https", "10.0.0.1/8", "10.0.0.0/33", "bücher.de",
     "https://pypi.org", "user@pypi.org"],
)  # fmt: skip
def test_a_wrong_entry_is_an_error(entry: str) -> None:
    """A list that says something else than it seems to would be worse than none."""
    with pytest.raises(BadHostError):
        parse_allowlist([entry])
