"""What the commands do, from a Python program: jars are taken, built, run for a while and given
back, each by a thread of its own.

    python3 examples/library/demo.py [--jars N] [--seconds S]
"""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import jarbuild

JFILE = Path(__file__).parents[1] / "helloworld" / "JFile"


def main() -> None:
    parser = argparse.ArgumentParser(description="Run examples/helloworld in jars for a while.")
    parser.add_argument("--jars", type=int, default=1, metavar="N")
    parser.add_argument("--seconds", type=float, default=15, metavar="S")
    given = parser.parse_args()
    with ThreadPoolExecutor(given.jars) as threads:
        for log in threads.map(demonstrate, [given.seconds] * given.jars):
            print(log)


def demonstrate(seconds: float) -> str:
    """One jar from its allocation to its end; what its app wrote comes back."""
    config = jarbuild.load_config()
    jar = jarbuild.allocate(config, tag="library")
    print(f"{jar}: allocated")
    try:
        prepared = jarbuild.prepare(config, jar, JFILE)
        print(f"{jar}: built")
        jarbuild.ensure_agent(config, jar)
        return run_app(config, jar, prepared, seconds)
    finally:
        jarbuild.deallocate(config, jar)
        print(f"{jar}: given back")


def run_app(config: jarbuild.Config, jar: str, prepared: jarbuild.Prepared, seconds: float) -> str:
    """Start the CMD of its JFile and stay until a timer stops it."""
    assert prepared.cmd is not None, "the JFile has a CMD"
    program, *arguments = prepared.cmd
    environment = jarbuild.jar_environment(config, jar)
    print(f"{jar}: curl http://127.0.0.1:{environment['PORT_1']}/")
    log = config.log_dir / f"{jar}.library.log"
    timer = Timer(seconds, jarbuild.stop_process, (config, jar))
    ended = jarbuild.start_as(
        config,
        jar,
        program,
        arguments,
        cwd=prepared.workdir,
        env=environment,
        log_file=log,
        on_started=lambda pid: timer.start(),
    )
    timer.cancel()
    written = log.read_text()
    log.unlink()
    return f"--- {jar}, {ended}\n{written}---"


if __name__ == "__main__":
    main()
