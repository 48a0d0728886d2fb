"""Programs that people run in jars, each at something real.

A script is right when it ends well and says "works" last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geniejars.program_limits import LIMITS


@dataclass(frozen=True)
class Program:
    name: str
    script: str

    @property
    def fails(self) -> Mapping[str, str]:
        """The situations where it cannot work, each with the reason."""
        return LIMITS.get(self.name, {})


BWRAP = Program("bwrap", "bwrap --ro-bind / / --unshare-all true && echo works")

PROGRAMS = (
    Program(
        "node",
        """
        node -e '
        const {Worker} = require("worker_threads"), net = require("net");
        new Worker("", {eval: true}).on("exit", () => {
          const server = net.createServer(c => c.end("works")).listen(0, "127.0.0.1", () =>
            net.connect(server.address().port).on("data", d => {
              console.log(String(d)); server.close(); }));
        })'
        """,
    ),
    Program(
        "node os.userInfo()",
        'node -e \'console.log(require("os").userInfo().username && "works")\'',
    ),
    Program(
        "npm",
        """
        npm init -y && npm install --no-audit --no-fund is-number@7.0.0 &&
        node -e 'console.log(require("is-number")(5) && "works")'
        """,
    ),
    Program("npx", "npx --yes semver@7.6.3 1.2.3 && echo works"),
    Program(
        "venv, pip",
        """
        python3 -m venv v && v/bin/pip install --quiet six==1.16.0 &&
        v/bin/python -c 'import six; print("works")'
        """,
    ),
    Program(
        "multiprocessing",
        """
        python3 -c '
        import multiprocessing
        with multiprocessing.Pool(2) as pool:
            print("works" if pool.map(abs, [-1, -2]) == [1, 2] else "wrong")
        '
        """,
    ),
    Program(
        "gcc, make",
        r"""
        printf '#include <stdio.h>\nint main(void) { puts("works"); return 0; }\n' > main.c
        printf 'main: main.c\n\tgcc -O1 -g -o main main.c\n' > Makefile
        make -j2 && ./main
        """,
    ),
    Program(
        "gdb",
        r"""
        printf 'int main(void) { return 7; }\n' | gcc -g -x c -o seven - &&
        gdb -nx -batch -ex 'break main' -ex run -ex continue ./seven | grep 'code 07' && echo works
        """,
    ),
    Program(
        "git",
        """
        git init -q one && cd one && echo text > file && git add file &&
        git -c user.name=jar -c user.email=jar@localhost commit -qm first &&
        git clone -q . ../two && cat ../two/file && echo works
        """,
    ),
    Program(
        "tmux",
        """
        tmux -f /dev/null new-session -d 'echo works > said' &&
        for round in $(seq 200); do test -s said && break; sleep 0.1; done; cat said
        """,
    ),
    Program("sqlite3", "sqlite3 db 'pragma journal_mode=wal; create table t(x)' && echo works"),
    Program(
        "Python's sqlite3",
        """
        python3 -c '
        import sqlite3
        print(*sqlite3.connect("d").execute("select ?", ["works"]).fetchone())
        '
        """,
    ),
    Program("ssh-keygen", "ssh-keygen -q -t ed25519 -N '' -f key && echo works"),
    Program(
        "PostgreSQL",
        """
        bin=$(echo /usr/lib/postgresql/*/bin) && PATH=$bin:$PATH &&
        initdb -D data -A trust -U me >/dev/null &&
        pg_ctl -D data -w -l log -o "-p $PORT_1 -c listen_addresses=127.0.0.1 -k ''" start &&
        psql -h 127.0.0.1 -p $PORT_1 -U me -At -c "select 'works'" postgres > said
        pg_ctl -D data -m immediate stop; cat said
        """,
    ),
    Program(
        "script",
        "script -qec 'test -t 0 && echo works' /dev/null | tr -d '\\r'",
    ),
    BWRAP,
    Program(
        "Chromium",
        """
        chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
          --disable-background-networking --disable-component-update --disable-sync \
          --user-data-dir=profile --dump-dom 'data:text/html,<p>works' | grep -o works
        """,
    ),
)

SITUATIONS = ("full", "no-namespaces", "single", "weak")
_HEAD = """\
# Compatibility: programs that were tried in jars

<!-- `PYTHONPATH=runtime python tests/compat/compat_programs.py` writes this; edit its table. -->

Each is run at something real by `tests/compat/`, in jars of every [isolation](isolation.md) and
in a pool's (which are `full`).

"""


def page() -> str:
    """The table as a page of the documentation."""
    reasons = list(dict.fromkeys(reason for p in PROGRAMS for reason in p.fails.values()))
    rows = "".join(_row(program, reasons) for program in PROGRAMS)
    notes = "".join(f"{number}. {reason}\n" for number, reason in enumerate(reasons, 1))
    names = " | ".join(SITUATIONS)
    return f"{_HEAD}| program | {names} |\n|---|---|---|---|---|\n{rows}\n## Why not\n\n{notes}"


def _row(program: Program, reasons: list[str]) -> str:
    cells = (
        f"no ({reasons.index(program.fails[label]) + 1})" if label in program.fails else "works"
        for label in SITUATIONS
    )
    return f"| {program.name} | {' | '.join(cells)} |\n"


if __name__ == "__main__":
    print(page(), end="")
