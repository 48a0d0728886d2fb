"""`geniejars diff`: a home beside what its last build made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import pytest
from attrs import Factory, define
from fake_jars import FakeAgent, install

from geniejars import (
    AgentError,
    Digest,
    Drift,
    Entry,
    Forest,
    Tree,
    cache_folder,
    load_config,
    read_state,
    sha256,
    write_state,
)
from jarbuild.cache.store import Store

BUILT = {
    b"app": Entry("folder", 0o2775),
    b"app/kept.py": Entry("file", 0o664, sha256(b"k"), 1),
    b"app/edited.py": Entry("file", 0o664, sha256(b"e"), 1200),
    b"app/gone.py": Entry("file", 0o664, sha256(b"g"), 1),
    b"data": Entry("folder", 0o2775),
    b"data/rows": Entry("file", 0o664, sha256(b"r"), 1),
    b"deep": Entry("folder", 0o2775),
    b"deep/same": Entry("file", 0o664, sha256(b"s"), 1),
}
FOUND = {
    **{path: entry for path, entry in BUILT.items() if path != b"app/gone.py"},
    b"app/edited.py": Entry("file", 0o664, sha256(b"f"), 34_000),
    b"data/rows": Entry("file", 0o664, sha256(b"t"), 2),
    b"new": Entry("folder", 0o2775),
    b"new/\xff\x1b[2J": Entry("file", 0o664, sha256(b"n"), 7),
    b"link": Entry("symlink", 0o777, "app"),
}


@define
class HomeAgent(FakeAgent):
    """An agent of a home with these entries; `asked` are the folders it was asked for."""

    built: Tree | None = None
    found: Forest = Factory(Forest)
    asked: list[Digest] = Factory(list)

    def drift(self, persist: Iterable[str] = ()) -> Drift:
        return Drift(self.built, ())

    def scan(self, place: str) -> Tree:
        return Tree(self.found.build(FOUND))

    def objects(self, digests: Iterable[Digest]) -> Mapping[Digest, bytes]:
        self.asked += digests
        try:
            return {digest: self.found.object(digest) for digest in digests}
        except KeyError:
            raise AgentError("unknown-object", "no such folder") from None


@pytest.fixture
def agent(project, monkeypatch: pytest.MonkeyPatch) -> HomeAgent:
    agent = HomeAgent()
    install(agent, monkeypatch)
    return agent


@pytest.fixture
def built(here, agent: HomeAgent) -> HomeAgent:
    """jar001 has been built; `data` is the app's."""
    old = Forest()
    agent.built = Tree(old.build(BUILT))
    with Store.open(cache_folder(), is_writable=True) as store:
        store.keep_folders(old.fresh)
    config = load_config()
    state = read_state(config)
    prepared = state["pool"]["jar001"]["prepared"]
    assert prepared is not None
    prepared["persist"] = ["data"]
    write_state(config, state)
    return agent


def test_diff(here, built: HomeAgent) -> None:
    """What came, changed and went, by path; names are harmless, PERSIST paths left alone."""
    outcome = here.jars("diff", "web_1")

    assert outcome.exit == 0
    assert outcome.out.splitlines() == [
        "C app/edited.py (1.2 kB -> 34 kB)",
        "D app/gone.py (1 B)",
        "A link",
        "A new/",
        "A new/\\udcff\\x1b[2J (7 B)",
    ]


def test_diff_as_json(here, built: HomeAgent) -> None:
    """For programs: kinds and sizes on both sides."""
    changes = json.loads(here.jars("diff", "--json", "web_1").out)

    assert changes[:2] == [
        {
            "change": "changed",
            "path": "app/edited.py",
            "kind": "file",
            "size": 34_000,
            "oldKind": "file",
            "oldSize": 1200,
        },
        {
            "change": "deleted",
            "path": "app/gone.py",
            "kind": None,
            "size": None,
            "oldKind": "file",
            "oldSize": 1,
        },
    ]


def test_diff_reads_only_what_differs(here, built: HomeAgent) -> None:
    """A folder that is as it was built is never asked for."""
    here.jars("diff", "web_1")
    same = built.found.find(built.scan("home").root, b"deep")
    assert same is not None

    assert same.value not in built.asked
    assert len(built.asked) <= 4


def test_diff_of_a_jar_never_built(here, agent: HomeAgent) -> None:
    """Everything in it has been added."""
    lines = here.jars("diff", "jar002").out.splitlines()

    assert len(lines) == len(FOUND)
    assert {line[0] for line in lines} == {"A"}


def test_diff_without_the_cache(here, agent: HomeAgent) -> None:
    """Where the cache has forgotten the build, that is said."""
    agent.built = Tree(sha256(b"an unknown folder"))
    outcome = here.jars("diff", "web_1")

    assert outcome.exit == 3
    assert "nobody knows any more" in outcome.err
