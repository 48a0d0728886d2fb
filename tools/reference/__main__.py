"""`python -m tools.reference`: write the reference pages."""

from tools.reference import pages

for path, text in pages().items():
    path.write_text(text, "utf-8")
