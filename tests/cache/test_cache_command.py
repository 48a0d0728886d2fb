"""`jarbuild cache du|ls|show|verify|prune`: what is shown, and what becomes of the cache."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from attrs import evolve
from caches import Ended, files, flip, make, step
from jsonschema import Draft202012Validator

from geniejars import EMPTY_TREE, Result, Tree, allocate, deallocate, load_config
from jarbuild.cache.store import Store
from jarbuild.commands.cache import MODULES
from jarbuild.commands.upkeep import jar_id

Cache = Callable[..., Ended]
COMMANDS = ("one", "two", "three")
SIZE = 20_000
SCHEMAS = Path(__file__).parents[2] / "docs/schemas"


@pytest.fixture
def filled(own_cache: Path) -> Store:
    """Three entries, used in this order and long ago; the JFile of the last is still there."""
    jfile = own_cache.parent / "JFile"
    jfile.parent.mkdir(parents=True)
    jfile.touch()
    with Store.open(own_cache, is_writable=True) as store:
        made = [make(store, command, size=SIZE) for command in COMMANDS]
        store.lookup(made[-1].step, EMPTY_TREE)
        jar = jar_id(load_config().state_file, "jar001")
        store.remember(str(jfile), [(made[-1].step, "")], jar)
        for path in files(store, ""):
            os.utime(path, (1, 1))
        for moment, command in enumerate(COMMANDS, 10):
            os.utime(store.folder / "records" / key(store, command), (moment, moment))
    return store


def key(store: Store, command: str) -> str:
    return next(r.key for r in store.records() if r.text == f"RUN {command}")


def names(store: Store) -> set[str]:
    """Of the files that a prune may remove."""
    kinds = ("layers", "objects", "records", "history", "stamps", "parses")
    return {str(path.relative_to(store.folder)) for kind in kinds for path in files(store, kind)}


@pytest.mark.parametrize("word", MODULES)
def test_help(word: str, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fits a screen and shows two examples."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = cache(word, "--help").out.splitlines()

    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    assert len(lines) - lines.index("examples:") == 2 + 1


@pytest.mark.parametrize("word", ["du", "ls", "verify", "prune"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_where_nothing_was_ever_built(word: str, form: str, cache: Cache) -> None:
    """An empty cache is a cache."""
    assert cache(word, "--format", form).code == 0


def test_du(filled: Store, cache: Cache) -> None:
    """Every kind, what it comes to, and the size that holds."""
    told = json.loads(cache("du", "--format", "json").out)
    on_disk = sum(
        path.stat().st_blocks * 512 for path in map(filled.folder.joinpath, names(filled))
    )

    assert told["total"] == sum(kind["bytes"] for kind in told["kinds"].values()) == on_disk
    assert told["kinds"]["records"]["entries"] == told["kinds"]["layers"]["entries"] == 3
    assert told["limit"] == 20 * 10**9


def test_the_size_of_the_environment_goes_before_that_of_the_config(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    """A CI job sets what it has room for; what is no size is refused."""
    Path("geniejars.config.json").write_text('{"cacheMaxSize": "1GB"}')
    of_config = json.loads(cache("du", "--format", "json").out)["limit"]
    monkeypatch.setenv("JARBUILD_CACHE_MAX_SIZE", "2GB")
    of_environment = json.loads(cache("du", "--format", "json").out)["limit"]
    monkeypatch.setenv("JARBUILD_CACHE_MAX_SIZE", "much")
    refused = cache("du")

    assert (of_config, of_environment) == (10**9, 2 * 10**9)
    assert refused.code == 2 and "JARBUILD_CACHE_MAX_SIZE: 'much' is no size" in refused.err


def test_ls(filled: Store, cache: Cache) -> None:
    """What was used last comes first; looking does not count as using."""
    first, second = cache("ls"), cache("ls")
    listed = json.loads(cache("ls", "--format", "json").out)

    assert first == second
    assert [line.split()[-1] for line in first.out.splitlines()[1:4]] == ["three", "two", "one"]
    assert [entry["text"] for entry in listed] == ["RUN three", "RUN two", "RUN one"]
    assert listed[0]["used"] == "1970-01-01T00:00:12Z"


def test_show(filled: Store, cache: Cache) -> None:
    """The step, what its key is made of, its files and who uses it; by a shortened key."""
    whole = key(filled, "three")
    text = cache("show", whole[:9]).out
    told = json.loads(cache("show", whole[:9].upper(), "--format", "json").out)

    assert told["key"] == whole in text
    assert told["preimage"]["argv"] == ["sh", "-c", "three"]
    assert [file["path"] for file in told["files"]] == ["out/one", "out/two"]
    assert [user["jars"] for user in told["usedBy"]] == [["jar001"]]
    assert "RUN three" in text and "out/one" in text and "the last good build of jar001" in text


def test_a_key_of_several(own_cache: Path, cache: Cache) -> None:
    """More of it is asked for. Of 17 keys two begin with the same digit."""
    with Store.open(own_cache, is_writable=True) as store:
        for n in range(17):
            store.record(step(f"RUN {n}"), EMPTY_TREE, Result(Tree()), 1.0)
        digits = [record.key[0] for record in store.records()]
    digit = max(digits, key=digits.count)
    ended = cache("show", digit)

    assert ended.code == 2
    assert f"{digit!r} could be any of {digits.count(digit)} keys" in ended.err
    assert "it could be " in ended.err


def test_a_key_of_nothing(filled: Store, cache: Cache) -> None:
    """An error that says where keys are to be had."""
    ended = cache("show", "x")

    assert ended.code == 2
    assert "no entry's key begins with 'x'" in ended.err and "jarbuild cache ls" in ended.err


def test_an_ambiguous_key(own_cache: Path, cache: Cache) -> None:
    """The candidates are named, as git does it, with the step each of them is of."""
    with Store.open(own_cache, is_writable=True) as store:
        for number in range(17):  # so two of them begin with the same digit
            store.record(step(f"number {number}"), EMPTY_TREE, Result(Tree()), 1.0)
        keys = sorted(record.key for record in store.records())
    twins = next(pair for pair in pairwise(keys) if pair[0][0] == pair[1][0])
    ended = cache("show", twins[0][0])

    assert ended.code == 2
    assert all(f"{key[:12]} (RUN number" in ended.err for key in twins)


def test_secrets_are_not_shown(own_cache: Path, cache: Cache) -> None:
    """Of an IMPORT the name, and not even the fingerprint."""
    secret = evolve(step("x"), preimage={"kind": "RUN", "imports": {"TOKEN": "f1ngerprint"}})
    with Store.open(own_cache, is_writable=True) as store:
        store.record(secret, EMPTY_TREE, Result(Tree()), 1.0)
        name = next(store.records()).key
    told = cache("show", name).out + cache("show", name, "--format", "json").out

    assert "TOKEN" in told and "f1nger" not in told


@pytest.mark.parametrize(
    ("words", "left"),
    [
        pytest.param((), ["one", "two", "three"], id="below-the-configured-size"),
        pytest.param(("--max-size", "0"), [], id="size"),
        pytest.param(("--max-size", "200kB"), ["three"], id="size-for-one"),
        pytest.param(("--older-than", "1d"), [], id="age"),
        pytest.param(("--older-than", "9999w"), ["one", "two", "three"], id="nothing-so-old"),
        pytest.param(("--all",), [], id="all"),
    ],
)
def test_prune(words: tuple[str, ...], left: list[str], filled: Store, cache: Cache) -> None:
    """A dry run says exactly what the real one removes: entries, files and bytes."""
    before = names(filled)
    said = json.loads(cache("prune", "--dry-run", "--format", "json", *words).out)
    untouched = names(filled) == before
    done = json.loads(cache("prune", "--format", "json", *words).out)

    assert untouched and said.pop("dryRun") and not done.pop("dryRun")
    assert said == done
    assert sorted(before - names(filled)) == done["files"]
    assert sorted(r.text[4:] for r in filled.records()) == sorted(left)


def test_prune_keeps_what_an_allocated_jar_needs(filled: Store, cache: Cache) -> None:
    """And says how much that is more than was asked for."""
    allocate(load_config(), jfile=filled.folder.parent.parent / "JFile")
    ended = cache("prune", "--all")

    assert [record.text for record in filled.records()] == ["RUN three"]
    assert "removed 2 entries" in ended.out and "is in use and stays" in ended.out


def test_prune_keeps_what_a_jar_of_another_pool_needs(filled: Store, cache: Cache) -> None:
    """All pools of a manager have one cache; a jar that was freed needs nothing any more."""
    own = load_config()
    allocate(own, jfile=filled.folder.parent.parent / "JFile")
    Path("geniejars.config.json").write_text('{"poolPrefix": "other", "stateFile": "state.json"}')
    cache("prune", "--all")
    kept = [record.text for record in filled.records()]
    Path("geniejars.config.json").unlink()
    deallocate(own, "jar001")
    cache("prune", "--all")

    assert kept == ["RUN three"]
    assert list(filled.records()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(["prune", "--max-size", "x"], "is no size", id="size"),
        pytest.param(["prune", "--older-than", "x"], "is no time", id="time"),
        pytest.param(["prune", "--all", "--max-size", "1"], "--all goes with", id="all-and-size"),
        pytest.param(["sho", "x"], "did you mean show?", id="word"),
        pytest.param([], "COMMAND", id="no-word"),
    ],
)
def test_wrong_usage(words: list[str], told: str, cache: Cache) -> None:
    """Exit 2, and what was expected."""
    ended = cache(*words)

    assert ended.code == 2 and told in ended.err


@pytest.mark.parametrize("word", ["du", "ls", "show", "verify", "prune"])
def test_json_is_what_the_schemas_say(word: str, filled: Store, cache: Cache) -> None:
    """Each field is published, and each published one is there."""
    schema = json.loads((SCHEMAS / f"cache-{word}.schema.json").read_text("utf-8"))
    if word == "verify":
        flip(files(filled, "records")[0], 60)
    operands = (key(filled, "one"),) if word == "show" else ()
    told = json.loads(cache(word, "--format", "json", *operands).out)
    records = [part for part in (schema, *schema.get("$defs", {}).values()) if "required" in part]
    for record in records:
        record["additionalProperties"] = False

    assert told and records
    assert [e.message for e in Draft202012Validator(schema).iter_errors(told)] == []


def test_verify(filled: Store, cache: Cache) -> None:
    """Exit 1 for damage; once repaired, all is well again."""
    sound = cache("verify")
    flip(files(filled, "records")[0], 60)
    damaged, json_too = cache("verify"), cache("verify", "--format", "json")
    repaired, afterwards = cache("verify", "--repair"), cache("verify")

    assert (sound.code, sound.out) == (0, "the cache is sound\n")
    assert (damaged.code, json_too.code, repaired.code) == (1, 1, 1)
    assert json.loads(json_too.out)[0]["problem"] == "is damaged"
    assert afterwards.code == 0
