"""`python -m tools.reference`: write the reference pages."""

from tools.reference import files

for path, text in files().items():
    path.write_text(text, "utf-8")
