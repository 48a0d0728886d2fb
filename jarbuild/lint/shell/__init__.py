"""Shell text read as the shell reads it: words, quotes, operators, here-documents.

A tokenizer, not an interpreter: it knows what is a word and what is a command, never what either
does. Offsets are those of the text; `Script.span` leads back to the JFile.
"""

from __future__ import annotations

from jarbuild.lint.shell.commands import Assignment, Command, Redirection
from jarbuild.lint.shell.script import Script, read_script
from jarbuild.lint.shell.words import Bashism, Expansion, Word

__all__ = [
    "Assignment",
    "Bashism",
    "Command",
    "Expansion",
    "Redirection",
    "Script",
    "Word",
    "read_script",
]
