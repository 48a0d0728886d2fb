"""Writes the page that server.py serves; runs once, when the jar is built."""

import getpass
import platform

print(f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Hello from a jar</title>
<h1>Hello from a jar</h1>
<p>Built by {getpass.getuser()} on {platform.node()} with Python {platform.python_version()}.</p>
</html>""")
