"""Shell text as the shell reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarbuild.lint.layout import Layout, lay_out
from jarbuild.lint.shell import Script, read_script
from jfile import Run, Source, Span, Text, parse_tolerant


def script(text: str) -> Script:
    return read_script(lay_out(Text((text,), Span(1, 1, 1, len(text) + 1)), None))


def commands(text: str) -> list[str]:
    """Each command's words, separated by |."""
    return ["|".join(word.value for word in command.words) for command in script(text).commands]


@pytest.mark.parametrize(
    "text, words",
    [
        pytest.param("a b c", ["a|b|c"], id="words"),
        pytest.param("a 'b c' \"d e\" f\\ g", ["a|b c|d e|f g"], id="quotes"),
        pytest.param("a'b'\"c\"d", ["abcd"], id="joined-quotes"),
        pytest.param("a ''", ["a|"], id="empty-word"),
        pytest.param("a && b || c; d | e & f", ["a", "b", "c", "d", "e", "f"], id="operators"),
        pytest.param("a '&&' b", ["a|&&|b"], id="quoted-operator"),
        pytest.param("a # b", ["a"], id="comment"),
        pytest.param("a b#c", ["a|b#c"], id="no-comment"),
        pytest.param("a \\\n b", ["a|b"], id="continued"),
        pytest.param("a >b 2>&1 <c d", ["a|d"], id="redirections"),
        pytest.param("X=1 Y='2 3' a Z=4", ["a|Z=4"], id="assignments"),
        pytest.param("if a; then b; elif c; then d; else e; fi", list("abcde"), id="if"),
        pytest.param("for x in 1 2; do a $x; done", ["a|$x"], id="for"),
        pytest.param("while a; do b; done | c", ["a", "b", "c"], id="while"),
        pytest.param("case $x in a|b) c;; (d) e; f;; *) g; esac; h", list("cefgh"), id="case"),
        pytest.param("f() { a; }; f", ["a", "f"], id="function"),
        pytest.param("(a; b); { c; }", ["a", "b", "c"], id="groups"),
        pytest.param("! a", ["a"], id="negated"),
        pytest.param("echo if then fi", ["echo|if|then|fi"], id="reserved-words-as-arguments"),
        pytest.param('a "$(b "c d")" e', ['a|$(b "c d")|e', "b|c d"], id="substitution"),
        pytest.param("a `b c`", ["a|`b c`", "b|c"], id="backticks"),
        pytest.param("a ${X:-$(b)}", ["a|${X:-$(b)}", "b"], id="in-default"),
        pytest.param("a $((1 + (2 * 3))) b", ["a|$((1 + (2 * 3)))|b"], id="arithmetic"),
        pytest.param("a ${PORT(1)} ${COMMON}/x", ["a|${PORT(1)}|${COMMON}/x"], id="placeholders"),
        pytest.param("a <<X\nb c\nX\nd", ["a", "d"], id="here-document"),
        pytest.param("a <<X <<-Y\nb\nX\nc\n\tY\nd", ["a", "d"], id="two-here-documents"),
        pytest.param("a <<X\nb $(c)\nX", ["a", "c"], id="substitution-in-body"),
        pytest.param("a <<'X'\nb $(c)\nX", ["a"], id="quoted-here-document"),
        pytest.param("[[ a && b ]] && c", ["[[", "c"], id="bash-test"),
        pytest.param("a=(1 2); b", ["", "b"], id="bash-array"),
    ],
)
def test_commands(text: str, words: list[str]) -> None:
    """Text is cut into simple commands, in order, nested ones included."""
    assert commands(text) == words


@pytest.mark.parametrize(
    "text",
    ["'", '"', "`", "$(", "${", "$((", "(", "a <<", "a <<X", "case x in", "case x in a", "for",
     "if", "a >", "[[", "((", "$'", "\\", "<(", "f()", "}", ")", ";;", "a=("],
)  # fmt: skip
def test_unfinished_text(text: str) -> None:
    """What is never closed goes to the end."""
    assert script(text).text == text


@pytest.mark.parametrize(
    "text, program",
    [
        pytest.param("apt-get install", "apt-get", id="plain"),
        pytest.param("/usr/bin/apt-get install", "apt-get", id="path"),
        pytest.param("exec node x", "node", id="exec"),
        pytest.param("env A=1 B=2 node x", "node", id="env"),
        pytest.param("timeout 5 node x", "node", id="timeout"),
        pytest.param("timeout -k 5 10s node x", "node", id="timeout-with-option"),
        pytest.param("sudo -u app -n node x", "node", id="sudo"),
        pytest.param("xargs -n 1 rm", "rm", id="xargs"),
        pytest.param("python3 -m pip install x", "pip", id="module"),
        pytest.param("nohup env A=1 python3.12 -m pip", "pip", id="several"),
        pytest.param("command -v node", "command", id="question"),
        pytest.param("exec >log", "exec", id="exec-alone"),
        pytest.param("A=1", "", id="assignment"),
    ],
)
def test_program(text: str, program: str) -> None:
    """The program is what is started in the end, without its folder."""
    (command, *_) = script(text).commands

    assert command.program == program
    assert command.program_path.rpartition("/")[2] == program


@pytest.mark.parametrize(
    "text, names",
    [
        pytest.param("$A ${B} ${C:-$D} ${#E}", ["A", "B", "D", "C", "E"], id="forms"),
        pytest.param("'$A' \"$B\" \\$C", ["B"], id="quotes"),
        pytest.param("a <<X\n$A '$B' \\$C\nX", ["A", "B"], id="body"),
        pytest.param("a <<'X'\n$A\nX", [], id="quoted-body"),
        pytest.param("${PORT(1)} ${COMMON} ${PORTS}", ["PORTS"], id="placeholders"),
        pytest.param("$1 $? $$ $", ["1", "?", "$"], id="special"),
    ],
)
def test_expansions(text: str, names: list[str]) -> None:
    """The variables that are read, where the shell would read them."""
    assert [expansion.name for expansion in script(text).expansions] == names


def test_assigned() -> None:
    """What the script sets itself, in whatever way."""
    text = "A=1; B=2 x; export C=3 D; read E; for F in a; do G=4; done"

    assert script(text).assigned == {*"ABCDEFG"}


def test_options() -> None:
    """Short options are found in clusters, long ones with their value."""
    (command,) = script("tar -xzf a.tgz --exclude=b -C out -- -d").commands

    assert command.has_option("-z") and command.has_option("--exclude")
    assert not command.has_option("-v") and not command.has_option("--ex")
    assert [word.value for word in command.operands(frozenset({"-xzf", "-C"}))] == ["-d"]
    assert (command.option_value("-C") or command).start == 30


SOURCE = """\
RUN a \\
 # not part of it
  b ${PORT(007)} && cat <<-END
\t\tx ${COMMON}
\tEND
RUN <<END
c \\
  d
END
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_places(newline: str) -> None:
    """Every character of a command is found where it stands, whatever is between the lines."""
    source = Source.read("JFile", SOURCE.replace("\n", newline))
    jfile, errors = parse_tolerant(source.text)
    wrong = []
    for run in jfile.directives:
        assert isinstance(run, Run) and run.command is not None
        layout = lay_out(run.command, source)
        for index, character in enumerate(layout.text):
            span = layout.span(index, index + 1)
            found = (source.lines[span.line - 1].removesuffix("\r") + "\n")[span.column - 1]
            if found != character and "${PORT" not in layout.text[max(0, index - 10) : index + 1]:
                wrong.append((character, found, span))

    assert (errors, wrong) == ((), [])


SHELL_TEXT = st.lists(
    st.sampled_from(
        [*"ab \n\t'\"`\\$|&;<>(){}#=!*", "$(", "${", "$((", "<<E", "\nE\n", "if ", "then ", "fi ",
         "case ", "in ", "esac", "for ", "do ", "done ", "[[ ", "]]", "&&", ";;", "${PORT(1)}", "é"]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@given(SHELL_TEXT)
def test_any_text(text: str) -> None:
    """Nothing is too broken to be read, and every part lies within the text, in order."""
    read = script(text)

    assert all(0 <= command.start < command.end <= len(text) for command in read.commands)
    assert all(
        text[w.start : w.end] == w.text for c in read.commands for w in c.words if w.text != "[["
    )
    assert all(text[e.start : e.end] == e.text for e in read.expansions)


@pytest.mark.parametrize(
    "unit", ["$(", "$((", "`", "${a:-", "(", "if ", "case x in ", "<<E ", "a=$(b ", '"$(']
)
def test_deep_nesting(unit: str) -> None:
    """Ten thousand levels are given up, not recursed into."""
    assert isinstance(script(unit * 10_000), Script)


def test_layout_beyond_its_source() -> None:
    """A layout without its source is on one line."""
    layout = lay_out(Text(("ab\ncd",), Span(3, 5, 4, 3)), None)

    assert isinstance(layout, Layout)
    assert layout.span(3, 4).line == 3
