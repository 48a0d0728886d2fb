"""Serves index.html on the jar's first port and says who asked."""

import functools
import http.server
import os
import signal
import sys

port = int(os.environ["PORT_1"])
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=".")
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(f"listening on http://127.0.0.1:{port}/", flush=True)
server.serve_forever()
