"""What the commands do, from a Python program: a jar is taken, built, run for a while, given back.

python3 geniejars-example/libcall.py
"""

from __future__ import annotations

import threading
from pathlib import Path

import jarbuild

SECONDS = 15
JFILE = Path(__file__).parent / "helloworld" / "JFile"

config = jarbuild.load_config()
name = jarbuild.allocate(config, tag="libcall")
print(f"allocated {name}")
try:
    prepared = jarbuild.prepare(config, name, JFILE)
    assert prepared.cmd is not None
    print(f"built {JFILE.parent.name}")

    ports = jarbuild.read_state(config)["pool"][name]["ports"] or []
    environment = {f"PORT_{n}": str(port) for n, port in enumerate(ports, 1)}
    log_file = Path(f"{name}.log").absolute()
    print(f"running for {SECONDS} seconds: curl http://127.0.0.1:{ports[0]}/")

    threading.Timer(SECONDS, jarbuild.stop_process, (config, name)).start()
    jarbuild.start_as(
        config,
        name,
        prepared.cmd[0],
        prepared.cmd[1:],
        cwd=prepared.workdir,
        env={**prepared.env, **environment},
        log_file=log_file,
        on_started=lambda pid: print(f"started as pid {pid}"),
    )
    print(f"--- {log_file}", log_file.read_text(), "---", sep="\n")
finally:
    jarbuild.deallocate(config, name)
    print(f"gave {name} back")
