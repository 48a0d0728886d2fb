"""Installing from the registries, with nothing else of the network in reach."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from builds import build
from machines import KINDS, MYSELF, TOP, Kind, Machine, is_root
from proxies import forward_proxy
from test_examples import fetch, up

EXAMPLES = TOP / "examples"
REGISTRIES = {
    "python-service": ("pypi.org", "files.pythonhosted.org"),
    "node-service": ("registry.npmjs.org",),
}
ELSEWHERE = """
RUN ! python3 -c "import urllib.request as r; r.urlopen('https://example.org/', timeout=20)" 2> why
RUN grep -q "403 Forbidden" why
"""


def filtered_project(machine: Machine, example: str) -> Path:
    """An example that also asks for another host, and a config beside it that allows the
    registry's names only."""
    project = machine.project(EXAMPLES / example)
    with (project / "JFile").open("a") as jfile:
        jfile.write(ELSEWHERE)
    config = {"network": "filtered", "allowHosts": REGISTRIES[example]}
    (machine.home / "geniejars.config.json").write_text(json.dumps(config))
    return project


NPM_AND_PIP = (
    (("node-service", KINDS[0]), ("python-service", KINDS[3]))
    if is_root()
    else (("node-service", MYSELF), ("python-service", MYSELF))
)


@pytest.mark.slow
@pytest.mark.parametrize("example, kind", NPM_AND_PIP, ids=lambda case: getattr(case, "name", case))
def test_installing_takes_the_registrys_names_only(
    make_machine: Callable[[Kind], Machine], example: str, kind: Kind
) -> None:
    """`npm ci` and `pip install` work behind a company's proxy, which never hears of another host,
    the audit log tells of both, and the service answers on the manager's loopback."""
    machine = make_machine(kind)
    with forward_proxy() as proxy:
        machine.environment |= {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"}
        built = build(machine, filtered_project(machine, example))
    assert built.code == 0, (built.done, built.output, built.err)
    jar = str(built.done["jar"])
    asked = {target.partition(":")[0] for target, _ in proxy.asked}
    log = machine.run("geniejars", "logs", "--network", jar).stdout.splitlines()
    visits = [json.loads(line) for line in log]
    verdicts = {(visit["target"].partition(":")[0], visit["verdict"]) for visit in visits}

    assert asked == set(REGISTRIES[example])
    assert {(host, "allowed") for host in REGISTRIES[example]} <= verdicts
    assert ("example.org", "refused") in verdicts
    assert fetch(up(machine, jar))


@pytest.mark.skipif(not is_root(), reason="plays root where namespaces are refused")
def test_without_namespaces_it_is_refused(make_machine: Callable[[Kind], Machine]) -> None:
    """What cannot be kept to a list is not started at all."""
    machine = make_machine(KINDS[1])
    built = build(machine, filtered_project(machine, "python-service"))

    assert built.code == 3
    assert "network namespace" in built.done["error"]["message"]
