"""Every rule by its own examples, and all rules together by what must be left alone."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from lint_inputs import document, lint, rule_findings

from jarbuild.lint.codes import Selection
from jarbuild.lint.context import Context
from jarbuild.lint.document import Document
from jarbuild.lint.engine import lint_document
from jarbuild.lint.finding import Severity
from jarbuild.lint.fixer import fix_document
from jarbuild.lint.reference import reference
from jarbuild.lint.rule import Rule
from jarbuild.lint.rules import RULES
from jfile import parse_tolerant

TOP = Path(__file__).parent.parent.parent
FIXABLE = [rule for rule in RULES if rule.fix]
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


@every_rule
def test_bad_example(rule: Rule, tmp_path: Path) -> None:
    """A rule finds its bad example, once, and no other rule finds anything there."""
    found = rule_findings(rule, rule.bad, tmp_path)

    assert [finding.code for finding in found] == [rule.code]


@every_rule
def test_good_example(rule: Rule, tmp_path: Path) -> None:
    """No rule finds anything in a good example."""
    assert rule_findings(rule, rule.good, tmp_path) == []


@every_rule
def test_finding_carries_the_rule(rule: Rule, tmp_path: Path) -> None:
    """Name and severity are the rule's, and the message reads as ours do."""
    (finding,) = rule_findings(rule, rule.bad, tmp_path)

    assert (finding.name, finding.severity) == (rule.name, rule.severity)
    assert not finding.message.endswith(".") and "\n" not in finding.message


@every_rule
def test_file_is_called_after_the_rule(rule: Rule) -> None:
    """`jf101_unexpanded_variable.py` holds JF101 unexpanded-variable."""
    name = f"{rule.code.lower()}_{rule.name.replace('-', '_')}"

    assert import_module(f"jarbuild.lint.rules.{name}").RULE is rule


@every_rule
def test_file_is_short(rule: Rule) -> None:
    """A rule fits on two screens at most; most fit on one."""
    name = f"{rule.code.lower()}_{rule.name.replace('-', '_')}.py"
    lines = (TOP / "jarbuild/lint/rules" / name).read_text().count("\n")

    assert lines <= 90


def test_order_and_number() -> None:
    """At least fifty rules, in the order of their codes, each code and name once."""
    rule_codes = [rule.code for rule in RULES]

    assert len(RULES) >= 50
    assert rule_codes == sorted(set(rule_codes))
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_every_rule_file_is_listed() -> None:
    """RULES is written by hand, and forgets none."""
    files = (TOP / "jarbuild/lint/rules").glob("jf*.py")

    assert len(list(files)) == len(RULES)


def test_parser_and_rules_agree() -> None:
    """What the parser reports is a rule of the same code and name, and nothing else is JF0."""
    bad = [rule.bad for rule in RULES if rule.code.startswith("JF0")]
    found = {(e.code, e.name) for text in bad for e in parse_tolerant(text)[1]}
    syntax = {(rule.code, rule.name) for rule in RULES if rule.code.startswith("JF0")}

    # JF007 needs to know how many ports there are, JF012 the files.
    assert syntax - found == {("JF007", "port-out-of-range"), ("JF012", "invalid-include")}


@pytest.mark.parametrize("rule", FIXABLE, ids=lambda rule: rule.code)
def test_fix_mends_the_bad_example(rule: Rule, tmp_path: Path) -> None:
    """A rule that says it has a fix has one, safe or unsafe as it says, and it works."""
    (finding,) = rule_findings(rule, rule.bad, tmp_path)
    doc = document(rule.bad, tmp_path if rule.files else None)
    selection = Selection() if rule.is_default else Selection(select=(rule.code,))
    fixed = fix_document(doc, lambda d: lint_document(d, selection), unsafe=True)

    assert finding.fix is not None
    assert finding.fix.is_safe == rule.has_safe_fix
    assert (fixed.count, fixed.document.errors) == (1, ())
    assert rule.code not in [left.code for left in fixed.findings]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_no_fix_unless_it_says_so(rule: Rule, tmp_path: Path) -> None:
    """The reference names every rule that offers to change a file."""
    (finding,) = rule_findings(rule, rule.bad, tmp_path)

    assert (finding.fix is not None) == (rule.fix is not None)


def test_reference_is_up_to_date() -> None:
    """docs/rules.md is what `python -m jarbuild.lint.reference docs/rules.md` writes."""
    assert (TOP / "docs/rules.md").read_text("utf-8") == reference()


EXAMPLES = sorted(TOP.glob("examples/*/JFile*"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(TOP)))
def test_no_alarm_on_examples(path: Path) -> None:
    """The project's own examples are clean, with their files at hand."""
    doc = Document.read(str(path), path.read_bytes(), Context(path.parent))

    assert lint_document(doc, Selection()) == []


def jfiles_in_docs() -> list[tuple[str, str]]:
    """The blocks of the manual that are JFiles, of more than one kind of directive."""
    found = []
    for name in ("JFILE.md", "README.md", *(f"docs/{p.name}" for p in TOP.glob("docs/*.md"))):
        path = TOP / name
        if name != "docs/rules.md" and path.exists():
            blocks = re.findall(r"```(?:jfile|dockerfile)?\n(.*?)```", path.read_text(), re.DOTALL)
            found += [(f"{name}-{n}", b) for n, b in enumerate(blocks) if _is_jfile(b)]
    return found


def _is_jfile(text: str) -> bool:
    """Not one that shows two ways of writing the same directive."""
    jfile, errors = parse_tolerant(text)
    kinds = {type(directive) for directive in jfile.directives}
    return not errors and len(kinds) > 1


@pytest.mark.parametrize("name, text", jfiles_in_docs() or [("none", "")])
def test_no_alarm_on_the_manual(name: str, text: str) -> None:
    """What the manual shows as a JFile has no warnings; a remark may be part of the lesson."""
    found = [finding for finding in lint(text) if finding.severity >= Severity.WARNING]

    assert found == []
