"""Everything else: a start with comments, which builds as it is."""

from __future__ import annotations

from jarbuild.scaffold.draft import Draft, tag
from jarbuild.scaffold.folder import Folder

_JFILE = """\
# How to fill a jar; JFILE.md is the reference. This builds as it is: it copies the folder.
# The jar's name; TAG also gives it the alias NAME_1.
# TAG {tag}

# The folder in the jar's home that the rest is about.
WORKDIR app

# Inputs of the slow steps first: a step runs again when something before it has changed.
# COPY requirements.txt requirements.txt
# RUN python3 -m venv venv && venv/bin/pip install -r requirements.txt
COPY . .

# A secret of yours, taken from the environment when the jar is built; it is in no plan and no log.
# IMPORT API_KEY

# What `jarbuild --up` starts. Each jar has ports of its own: ${{PORT(1)}} is the first.
# CMD ["./run", "--port", "${{PORT(1)}}"]
"""


def recipe(folder: Folder) -> Draft:
    """A JFile to be completed."""
    return Draft(
        "found no kind of project that I know (package.json, pyproject.toml, requirements.txt,"
        " index.html)",
        ("the JFile copies the folder; comments in it say what else there is",),
        _JFILE.format(tag=tag(folder.name)),
    )
