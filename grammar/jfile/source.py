"""The text of one JFile, with its name. Knows bytes and lines, nothing of directives."""

from __future__ import annotations

from functools import cached_property

from attrs import define

# The 25 characters that JavaScript's trim() and \s know. str.strip() without an argument would cut
# U+0085 and U+001C to U+001F, which are data here, and leave U+FEFF.
WHITE_SPACE = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)

BYTE_ORDER_MARK = "\ufeff"


@define(frozen=True, slots=False)
class Source:
    """A JFile's text without its byte order mark.

    Bytes that are no UTF-8 stand in the text as the lone surrogates U+DC80 to U+DCFF, one for each
    byte: the parser reports them, and columns stay right.
    """

    name: str
    text: str
    has_byte_order_mark: bool = False

    @classmethod
    def read(cls, name: str, content: str | bytes) -> Source:
        """Never fails, whatever the bytes."""
        if isinstance(content, bytes):
            content = content.decode("utf-8", "surrogateescape")
        has_mark = content.startswith(BYTE_ORDER_MARK)
        return cls(name, content.removeprefix(BYTE_ORDER_MARK), has_mark)

    @cached_property
    def lines(self) -> list[str]:
        """Lines end at a line feed and nowhere else; a carriage return before it stays."""
        lines = self.text.split("\n")
        return lines if lines[-1] else lines[:-1]
