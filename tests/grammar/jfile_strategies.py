"""Generated JFiles: well-formed ones, and ones made of everything that once caused trouble."""

from __future__ import annotations

from hypothesis import strategies as st

KEYWORDS = """TAG ENV WORKDIR COPY RUN CMD DEPEND ADDPATH IMPORT ARG INCLUDE PERSIST HEALTHCHECK
    STOPSIGNAL""".split()  # noqa: SIM905
# JavaScript's white space, which is the language's.
WHITE_SPACE = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
BLANKS = ["", " ", "  ", "\t", "\u00a0", "\u3000", "\ufeff", "\u2028", "\r", "\v"]

# Pieces, not characters: trouble needs several of them side by side.
PIECES = [
    "a", "b.txt", "A", "=", "=1", "é", "日本", "🎉", "#", "# c", "\\", "\\\\", '"', "'", "[", "]",
    ",", '["a", "b"]', "[ -f x ]", '["', "$", "$A", "${PORT(1)}", "${PORT(02)}", "${COMMON}",
    "${PORT( 1 )}", "${common}", "${PORT(1", "<<EOF", "<<-'EOF'", "EOF", "--", "--chmod=755",
    "--no-cache", "-x", "*", "..", "/", "\x85", "\x1c", "\x7f", "\\u0041", "\\n", "1", "0.5",
    "true", "NONE", "CMD", "RUN", "{", "}", ":",
]  # fmt: skip

blank = st.sampled_from(BLANKS)
pieces = st.lists(st.sampled_from(PIECES) | blank, max_size=8).map("".join)
keyword = st.sampled_from(KEYWORDS).flatmap(
    lambda word: st.sampled_from([word, word, word.lower(), word.title(), word + "X", word[1:]])
)
string = st.sampled_from(['"a"', '"b c"', '"\\u0024{COMMON}"', '"\\n\\u00e9"', '"${PORT(2)}"'])
array = st.builds(
    "[ {} , {} ]".format,
    string,
    st.lists(string | st.sampled_from(["1", "true"]), min_size=1).map(" , ".join),
)
gap = st.sampled_from(BLANKS[1:])


def lines() -> st.SearchStrategy[str]:
    """One physical line, indented somehow, with something behind its keyword."""
    directive = st.tuples(blank, keyword, gap, pieces, blank).map("".join)
    return st.one_of(directive, directive, directive, pieces, st.just(""), st.just("# a comment"))


def ancestral_lines() -> st.SearchStrategy[str]:
    """One physical line that the ancestor accepts more often than not."""
    solid = st.lists(st.sampled_from([p for p in PIECES if " " not in p]), min_size=1).map("".join)
    spelling = st.sampled_from([str.upper, str.lower, str.title])
    arguments = {
        "RUN CMD WORKDIR DEPEND ADDPATH": pieces,
        "TAG IMPORT": solid,
        "ENV": st.tuples(pieces, st.just("="), pieces).map("".join),
        "COPY": st.tuples(solid, gap, solid).map("".join),
        "CMD": array,
    }
    directives = [
        st.tuples(
            blank,
            st.builds(lambda f, k: f(k), spelling, st.sampled_from(keywords.split())),
            gap,
            rest,
            blank,
        )
        for keywords, rest in arguments.items()
    ]
    return st.one_of(*(d.map("".join) for d in directives), st.sampled_from(["", " # c", "#"]))


def files(one_line: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Such lines, with line ends of either kind."""
    return st.builds(
        lambda parts, end, last: end.join(parts) + last,
        st.lists(one_line, max_size=8),
        st.sampled_from(["\n", "\n", "\r\n"]),
        st.sampled_from(["", "\n", "\n\n"]),
    )


any_file = files(lines())
ancestral_file = files(ancestral_lines())

# Well-formed: each line a directive that parses, whatever stands before and behind it.

name = st.sampled_from(["a", "b/c", "*.py", "${COMMON}/x", "p${PORT(1)}", "é", "$A", "-r"])
text = st.lists(name | st.sampled_from([" ", "  ", "=", "#", 'q"', "\\"]), min_size=1).map("".join)
argument = text.map(str.strip).filter(bool)
command = argument.filter(lambda text: not text.endswith("\\"))
duration = st.sampled_from(["500ms", "1.5s", "1h30m", "90s"])
mount = st.sampled_from(
    ["--mount=type=cache,target=x", "--mount=id=i,type=cache,target=${COMMON}/y"]
)
copy_flag = st.sampled_from(["--chmod=0755", "--chmod=644", "--exclude=*.pyc", "--exclude=.git"])
run_flag = mount | st.just("--no-cache") | duration.map("--timeout={}".format)
health_flag = duration.map("--interval={}".format) | st.just("--retries=5")
script = st.lists(
    text | st.sampled_from(["", "\tx", "  y \\", "# c", "EOF1", "RUN z"]), min_size=1
).filter(lambda body: any(line.strip() for line in body))


def once(flags: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Flags that each come once, those that may come often left aside."""
    return st.lists(flags, max_size=3, unique_by=lambda flag: flag.split("=")[0]).map(
        lambda given: "".join(f"{flag}  " for flag in given)
    )


def _continued(parts: list[str]) -> str:
    """Over several lines, none of which is a comment or ends in two backslashes."""
    return " \\\n  ".join("x" + part.replace("\\", "") for part in parts)


directive = st.one_of(
    st.builds("{} {}".format, st.sampled_from(["TAG", "import"]), name),
    st.builds(
        "{} {}".format,
        st.sampled_from(["WORKDIR", "depend", "ADDPATH", "INCLUDE", "persist"]),
        argument,
    ),
    st.builds("env {}={}".format, st.sampled_from(["A", "a b", "${COMMON}", "é"]), text),
    st.builds("Arg N{}".format, st.just("") | text.map("={}".format)),
    st.builds(
        "COPY {}{}".format, once(copy_flag), st.lists(name, min_size=2, max_size=4).map("   ".join)
    ),
    st.builds("COPY {}{}".format, once(copy_flag), array),
    st.builds("RUN {}{}".format, once(run_flag), command | array),
    st.builds("RUN {}".format, st.lists(command, min_size=2, max_size=4).map(_continued)),
    st.builds("RUN a {}\n  # inside\n b".format, st.just("\\")),
    st.builds(
        lambda flags, dash, body: f"RUN {flags}<<{dash}'EOF'\n" + "\n".join(body) + "\nEOF",
        once(run_flag),
        st.sampled_from(["", "-"]),
        script,
    ),
    st.builds(lambda body: "RUN cat <<EOF > f\n" + "\n".join(body) + "\nEOF", script),
    st.builds("CMD {}".format, command | array),
    st.builds("HEALTHCHECK {}cmd {}".format, once(health_flag), command | array),
    st.sampled_from(["HEALTHCHECK none", "STOPSIGNAL term", "STOPSIGNAL SIGUSR1", "STOPSIGNAL 9"]),
)
well_formed = st.lists(
    directive | st.sampled_from(["", "  # comment ", "#", "\t"]), max_size=8
).map("\n".join)
