"""`.jarignore` leaves out what Docker's `.dockerignore` would."""

from __future__ import annotations

import pytest

from jarbuild.ignore import IgnoreError, Rules, parse_ignore_file, parse_patterns


def is_left_out(rules: Rules, path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return rules.at(folder).leaves_out(name)


PATTERNS = [
    # Docker's documentation
    ("*/temp*", "somedir/temporary.txt", True),
    ("*/temp*", "somedir/temp", True),
    ("*/temp*", "temporary.txt", False),
    ("*/temp*", "somedir/sub/temporary.txt", False),
    ("*/*/temp*", "somedir/subdir/temporary.txt", True),
    ("temp?", "tempa", True),
    ("temp?", "tempab", False),
    ("/foo/bar", "foo/bar", True),
    ("foo/bar", "foo/bar", True),
    ("foo/bar/", "foo/bar", True),
    ("foo/bar", "a/foo/bar", False),
    ("**/*.go", "main.go", True),
    ("**/*.go", "a/b/main.go", True),
    (".", "file", False),
    # what lies below a folder that matches
    ("docs", "docs/a/b.md", True),
    ("docs/", "docs/a/b.md", True),
    ("./docs//x/..", "docs/y", True),
    ("**/dir", "a/dir/file", True),
    # `**`, from the cases of Docker's pattern matcher
    ("**", "dir/file", True),
    ("**/", "file", True),
    ("**/**", "dir/file", True),
    ("dir/**", "dir/dir2/file", True),
    ("dir/**", "dir", False),
    ("**/dir", "dir", True),
    ("**/dir2/*", "dir/dir2/file", True),
    ("**/dir2/**", "dir/dir2/dir3/file", True),
    ("**file", "file", True),
    ("**file", "dir/dir/file", True),
    ("**file", "dir/myfile", True),
    ("**/file", "dir/myfile", False),
    ("**/file*txt", "dir/dir/file.txt", True),
    ("**/file*.txt*", "dir/dir/file.txt", True),
    ("**/**/*.txt", "file.txt", True),
    ("**/**/*.txt2", "dir/dir/file.txt", False),
    ("a**/*.txt", "a/file.txt", True),
    ("a**/*.txt", "a/dir/dir/file.txt", True),
    ("a/*.txt", "a/dir/file.txt", False),
    ("a/*.txt**", "a/file.txt", True),
    ("**/foo/bar", "foo/bar", True),
    ("**/foo/bar", "dir/dir2/foo/bar", True),
    ("**/.foo", ".foo", True),
    ("**/.foo", "bar.foo", False),
    # single characters
    ("a[b-d]e", "ace", True),
    ("a[b-d]e", "aae", False),
    ("a[^b-d]e", "aze", True),
    ("[x\\-]", "-", True),
    ("[a-ζ]*", "α", True),
    ("a?b", "a☺b", True),
    ("a?b", "a/b", False),
    ("a\\*b", "a*b", True),
    ("a\\*b", "axb", False),
    (".*", ".foo", True),
    (".*", "foo", False),
    ("abc.def", "abcZdef", False),
    ("a.|)$(}+{bc", "a.|)$(}+{bc", True),
    ("dist/*.whl", "dist/proxy.py-2.4.0rc3+g08acad9-py3.whl", True),
    ("*", "line\nfeed", True),
    ("*.\udcff", "a.\udcff", True),
]


@pytest.mark.parametrize(("pattern", "path", "expected"), PATTERNS)
def test_pattern(pattern: str, path: str, expected: bool) -> None:
    """One pattern leaves out what it matches and what lies below that."""
    assert is_left_out(parse_patterns([pattern]), path) == expected


EXCEPTIONS = [
    ("*.md\n!README.md", "README.md", False),
    ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
    ("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", False),
    ("docs\n!docs/README.md", "docs/README.md", False),
    ("docs\n!docs/README.md", "docs/other.md", True),
    ("docs/*\n!docs/README.md", "docs/README.md", False),
    ("!file.go\n*.go", "file.go", True),
    ("**\n!util/web", "util/web/foo", False),
    ("**\n!util/web\nutil/web/foo", "util/web/foo", True),
    ("*\n! keep ", "keep", False),
]


@pytest.mark.parametrize(("file", "path", "expected"), EXCEPTIONS)
def test_the_last_match_decides(file: str, path: str, expected: bool) -> None:
    """`!` takes back in; of all lines that match the last one counts."""
    assert is_left_out(parse_ignore_file(file.encode()), path) == expected


def test_comments_blank_lines_and_a_byte_order_mark() -> None:
    """Lines that begin with `#` and blank ones say nothing; white space around a pattern goes."""
    rules = parse_ignore_file(b"\xef\xbb\xbf  a  \r\n\n# b\n#c\n")

    assert [pattern.text for pattern in rules.patterns] == ["a"]


@pytest.mark.parametrize("line", ["!", "[", "[]a]", "[x-]", "a[", "\\", "[a-b-c]"])
def test_malformed_patterns_are_errors(line: str) -> None:
    """As in Docker, and with the line."""
    with pytest.raises(IgnoreError) as caught:
        parse_patterns(["fine", line])

    assert caught.value.line == 2


CLOSED = [
    ("node_modules", True),
    ("node_modules\n!keep", True),
    ("node_modules\n!node_modules/keep", False),
    ("node_modules\n!**/keep", False),
    ("other", False),
]


@pytest.mark.parametrize(("file", "expected"), CLOSED)
def test_a_folder_is_closed_when_nothing_in_it_can_come_back(file: str, expected: bool) -> None:
    """Such a folder need not be walked."""
    assert parse_ignore_file(file.encode()).at().is_closed("node_modules") == expected
