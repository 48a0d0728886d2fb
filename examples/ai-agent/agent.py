"""A stand-in for an agent: reads a task, uses a shared tool, writes what it found."""

import os
import subprocess
import sys
from pathlib import Path

key = os.environ["AGENT_API_KEY"]
task = Path(sys.argv[1])
print(f"agent: key of {len(key)} characters, task {task.read_text().strip()!r}")
words = subprocess.run(["wordcount", task], check=True, capture_output=True, text=True).stdout
Path("report.txt").write_text(f"The task has {words.strip()} words.\n")
print("agent: wrote report.txt")
