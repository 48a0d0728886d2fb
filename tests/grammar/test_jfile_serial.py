"""A parsed JFile can be kept as JSON and read without a parser."""

from __future__ import annotations

import jfile_strategies
import pytest
from hypothesis import assume, given
from jfile_trees import tree

import jfile


@given(jfile_strategies.well_formed | jfile_strategies.any_file)
def test_a_serialised_file_is_the_same_file(text: str) -> None:
    """Serialising keeps every node, every field and every span."""
    parsed, errors = jfile.parse_tolerant(text)
    assume(not errors)

    again = jfile.deserialise(jfile.serialise(parsed))

    assert again == parsed
    assert tree(again) == tree(parsed)  # equality of nodes leaves spans out


def test_spans_of_included_files_survive() -> None:
    """A node from an INCLUDE still says which file it came from."""
    parsed = jfile.parse("INCLUDE base.jfile\n", include=lambda path: b"RUN make\n")

    (run,) = jfile.deserialise(jfile.serialise(parsed)).directives

    assert run.span.file == "base.jfile"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff", id="no-text"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b'{"JFile":[]}', id="a-field-missing"),
        pytest.param(b'{"JFile":[[],[]]}', id="a-field-too-many"),
        pytest.param(b'{"JFile":5}', id="no-fields"),
        pytest.param(b'{"Unknown":[1]}', id="an-unknown-node"),
        pytest.param(b'{"field":[1]}', id="a-name-that-is-no-node"),
        pytest.param(b'{"annotations":[1]}', id="no-class-at-all"),
        pytest.param(b'{"Tag":[1],"Env":[2]}', id="two-nodes-in-one"),
        pytest.param(b'{"Tag":[{"Span":[1,1,1,1,null]},null]}', id="no-whole-file"),
    ],
)
def test_what_is_no_serialised_file_is_refused(content: bytes) -> None:
    """Whatever else the bytes are, the error is a ValueError."""
    with pytest.raises(ValueError):
        jfile.deserialise(content)
