"""A web server that says where and as whom it runs, and that it still does."""

import getpass
import http.server
import os
import platform
import signal
import sys
import threading
import time

PORT = int(os.environ.get("PORT_1", "8000"))
STARTED = time.monotonic()
HEARTBEAT_SECONDS = 3


def log(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, flush=True)


class Page(http.server.BaseHTTPRequestHandler):
    """The one page there is."""

    def do_GET(self) -> None:
        lines = [
            f"Hello from {getpass.getuser()} on {platform.node()}, port {PORT}.",
            f"Up for {time.monotonic() - STARTED:.0f} seconds.",
        ]
        body = "\n".join([*lines, ""]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        log(f"{self.client_address[0]} {format % args}")


def beat() -> None:
    while True:
        time.sleep(HEARTBEAT_SECONDS)
        log(f"alive for {time.monotonic() - STARTED:.0f} seconds")


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
threading.Thread(target=beat, daemon=True).start()
server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Page)
log(f"listening on http://127.0.0.1:{PORT}/")
server.serve_forever()
