"""From a Dockerfile to a first JFile, and a note for each thing that could not be carried over.

A Dockerfile makes a system as root, a JFile fills a home as an ordinary user. What is about the
system becomes a note; the rest moves below the home, `/app` to `app`.
"""

from __future__ import annotations

from jarbuild.dockerfile.conversion import Converted, convert
from jarbuild.dockerfile.notes import Note

__all__ = ["Converted", "Note", "convert"]
