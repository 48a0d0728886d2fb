"""A queue of lines, worked off by several processes; results survive every rebuild."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

DATA = Path("data")


def work(number, tasks, results):
    """Take a task, do it, say so; None ends the worker."""
    while (task := tasks.get()) is not None:
        results.put((number, task, len(task.split())))


def open_tasks():
    done = (DATA / "done.txt").read_text().splitlines() if (DATA / "done.txt").exists() else []
    finished = {line.partition("\t")[2] for line in done}
    return [t for t in (DATA / "tasks.txt").read_text().splitlines() if t not in finished]


def main():
    context = multiprocessing.get_context("fork")
    tasks, results = context.Queue(), context.Queue()
    count = int(os.environ["WORKERS"])
    workers = [context.Process(target=work, args=(n, tasks, results)) for n in range(count)]
    for worker in workers:
        worker.start()
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    print(f"{count} workers started", flush=True)
    while not stopping:
        todo = open_tasks()
        for task in todo:
            tasks.put(task)
        with (DATA / "done.txt").open("a") as done:
            for _ in todo:
                number, task, words = results.get()
                done.write(f"{words}\t{task}\n")
                print(f"worker {number}: {words} words in {task!r}", flush=True)
        time.sleep(0.2)
    for _ in workers:
        tasks.put(None)
    for worker in workers:
        worker.join()
    print("all workers ended", flush=True)


if __name__ == "__main__":
    main()
