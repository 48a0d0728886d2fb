"""What random moves are made of: the files of a project, lines of a JFile, what runs in a jar.

In lines and scripts {n} is a small number, {m} a mode, {path} something in a home.
"""

from __future__ import annotations

CONTEXT = ["a", "b", "src/a", "src/b", "src/deep/c", "src/deep/d", "src/x.log"]
FOLDERS = ["src", "src/deep", "d0"]
HOME = ["a", "f0", "f1", "g0", "d0", "d0/e", "d0/e/f", "src", "src/a", "all/src/a", "h0", "s0",
        "find0", "cat1", "data/seed", "data", "w1", "flat/a", "x0", "p0", "src/deep"]  # fmt: skip
MODES = [0o600, 0o644, 0o755, 0o444, 0o640, 0o4755]
FOLDER_MODES = [0o700, 0o755, 0o500, 0o750, 0o1777, 0o2755]

INPUTS = ["tool", "kit/tool"]
"""Files outside the project, below ${COMMON}, that a RUN may read."""

INCLUDED = [
    "ENV I=1\nRUN echo inc > inc.txt\n",
    "ENV I=2\nRUN echo inc > inc.txt\n",
    "RUN echo $I > inc.txt\nCOPY a inc.d/\n",
    "# nothing\n",
]

RUNS = [
    "find . ! -name 'find*' -printf '%P %y %m %n %l\\n' | sed 's/^\\(.* d [0-9]*\\) [0-9]*/\\1/'"
    " | sort > find{n}",
    "find . -type f ! -name 'cat*' -print0 | sort -z | xargs -0r cat > cat{n} 2>&1 || true",
    "ls -A > ls{n}",
    "ls -d * > glob{n}",
    "find . -name 'f*' ! -name 'found*' | sort > found{n} && echo {n} >> found{n}",
    "sh -c 'cat f* src/* 2>/dev/null; true' | sha256sum > sum{n}",
    "echo {n} > f{n} 2>/dev/null || true",
    "echo same > f0 2>/dev/null || true",
    "echo more >> f{n} 2>/dev/null || true",
    "mkdir -p d{n}/e 2>/dev/null && echo x{n} > d{n}/e/f; true",
    "rm -rf d* f1",
    "rm -rf ./*",
    "rm -f h0; ln f0 h0 2>/dev/null || true",
    "ln -f f{n} h{n} 2>/dev/null; ln -f f{n} d0/h 2>/dev/null; true",
    "cp -f h0 h1 2>/dev/null && rm -f h0 && mv h1 h0; true",
    "cp -al d0 d2 2>/dev/null; true",
    "mv f{n} g{n} 2>/dev/null || true",
    "mv d{n} d1 2>/dev/null || true",
    "mv src src.old 2>/dev/null || true",
    "mkdir -p D0; echo up > D0/e; echo up > F{n}",
    "chmod 600 f* 2>/dev/null; true",
    "chmod {m} f{n} d{n} 2>/dev/null; true",
    "chmod -R {m} src 2>/dev/null; true",
    "chmod 500 d0 2>/dev/null; true",
    "chmod 0 d0 f{n} 2>/dev/null; true",
    "ln -sfn d{n} s0",
    "ln -sfn ../../etc s1",
    "ln -sfn src/deep s2; echo via > s2/via 2>/dev/null; true",
    "rm -rf s0; cp -a d0 s0 2>/dev/null || true",
    "rm -rf f0; ln -s d0 f0",
    "rm -rf p0; mkfifo -m 640 p0",
    "test ! -e f2 || test -e g0",
    "test -e f0 -o -e a -o -e d0 || exit {n}",
    "env | grep -E '^(A|B|I|V|KEY)=' | sort > env{n} || true",
    "echo $V > arg{n}",
    "echo $V $A > both{n}",
    "cat {common}/tool > dep{n}",
    "cat {common}/kit/tool > kit{n}",
    "truncate -s 300000 big{n}; echo end >> big{n}",
    "echo odd > \"$(printf 'n\\377')\"",
    "rm -rf f0; mkdir f0; echo in > f0/in",
    "test -d f0 && rm -rf f0; echo file > f0",
    "mkdir -p data; echo seed{n} > data/seed; ls data > data.ls",
    "touch -d 2001-01-01 f{n} 2>/dev/null; true",
    "rm -rf src/deep all",
    "mkdir -p d0/x d0/y; touch d0/x/1 d0/y/1; chmod 550 d0/x",
    ": > empty{n}; : > empty; ln -f empty empty-too",
]
LINES = [
    "ENV A={n}", "ENV B={n}", "ARG V={n}", "ARG V", "WORKDIR w{n}", "WORKDIR .", "WORKDIR d0/e",
    "COPY src src", "COPY . all", "COPY . .", "COPY a w{n}/", "COPY src/* flat/", "COPY a f0",
    "COPY --exclude=a src w1", "COPY --chmod=700 b x0", "COPY --chmod=600 src d0", "COPY a s0/",
    "COPY src/ ./", "COPY a b d{n}/", "COPY b data/seed", "COPY d0 d0", "COPY src s0",
    "COPY [ab] g{n}/", 'COPY ["a", "with space/{n}"]', "COPY --chmod=750 src/deep m{n}",
    "COPY a s1/x", "COPY --exclude=deep src src",
    "IMPORT KEY", "DEPEND {common}/tool", "DEPEND {common}/kit", "INCLUDE inc", "PERSIST data",
    "PERSIST d0/e", "PERSIST src",
    "# {n}", "TAG t{n}", "ADDPATH d{n}", "CMD echo {n}", "CMD sleep 1000",
    "CMD sleep 1000", "STOPSIGNAL INT",
    "RUN --no-cache ls > fresh{n}", "RUN --mount=type=cache,target=cc echo {n} >> cc/log",
    "RUN --mount=type=cache,target=d0/cc mkdir -p d0/mine", "RUN --timeout=60 ls > timed{n}",
    'RUN ["sh", "-c", "ls > exec{n}"]', "RUN <<E\nls > here{n}\nrm -f f{n}\nE",
    "RUN : ${{PORT(1)}} > port{n}",
    *(f"RUN {run}" for run in RUNS), *(f"RUN {run}" for run in RUNS[:6]),
]  # fmt: skip
APPS = [
    "echo mine > mine{n}", "mkdir -p mine.d/{n}; echo log >> mine.d/{n}/log",
    "echo hand >> {path}", "rm -rf {path}", "rm -rf {path}; mkdir {path}; echo mine > {path}/mine",
    "chmod {m} {path}", "rm -rf {path}; ln -s nowhere {path}", "mv {path} moved{n}",
    "for f in *; do test -f $f && echo z > $f; done", "rm -rf ./*", "echo mine > d{n}/mine",
    "mkdir -p data; echo mine > data/seed; echo mine > data/own", "ln {path} mine-too{n}",
    "rm -rf {path}; mkfifo {path}", "touch {path}", "mkdir -p d0/e/f/g; echo mine > d0/e/f/g/mine",
    "rm -rf {path}; echo mine > {path}", "cp -a {path} copied{n}", "chmod 0 {path}",
    "rm -rf {path}; ln -s src {path}", "cp -al {path} linked{n}", "mv d0 D0", "mv a A",
    "find . -type f -exec touch -d 2001-01-01 {{}} +", "cp -p {path} t && mv t {path}",
    "cp -p {path} t && printf Z | dd of={path} conv=notrunc && touch -r t {path}; rm -f t",
    "chmod -R a-w .", "mkdir -p {path}/below; echo mine > {path}/below/mine",
]  # fmt: skip
