"""The recorded session in README is what happens today."""

from __future__ import annotations

import html
import re
from itertools import groupby
from pathlib import Path

from tools import record

PIECE = re.compile(r'<text [^>]*url\(#session-line-(\d+)\)"[^>]*>(.*?)</text>')
TIME = re.compile(r"\d+(\.\d)?\s(s|min\s\d+\ss)\b")


def lines(svg: str) -> list[str]:
    """The text of each line of a picture, without times and blanks."""
    pieces = PIECE.findall(svg)
    texts = ("".join(text for _, text in line) for _, line in groupby(pieces, lambda p: p[0]))
    return [re.sub(r"\s", "", TIME.sub("", html.unescape(text))) for text in texts]


def test_the_recording_is_current() -> None:
    """Recording it again shows the same, but for how long things took."""
    with record.project() as folder:
        again = record.picture(record.record(folder, record.SESSION))
    kept = record.PICTURE.read_text("utf-8")

    assert lines(again) == lines(kept)


def test_colours_and_redrawing(tmp_path: Path) -> None:
    """A picture shows what the terminal shows in the end: overwritten text is gone."""
    commands = [r"printf 'wait\r\033[2K\033[32mdone\033[0m <&>\n'"]
    svg = record.picture(record.record(tmp_path, commands))

    assert lines(svg)[1:] == ["done<&>"]
    assert "#98e024" in svg
    assert "http://" not in svg.replace("http://www.w3.org/", "")
