"""Writes until it is killed; prints each number once its commit is on the disk. Used by test_trouble.py."""

import sys
from itertools import count
from pathlib import Path

from node.store.db import Store
from node.store.work import Work


def pair(work: Work, number: int) -> None:
    work.meta.put("last", number)
    work.audit.append(number, "node", "write", str(number))
    work.meta.put(f"big{number % 7}", bytes([number % 256]) * 40_000)


if __name__ == "__main__":
    store = Store.open(Path(sys.argv[1]))
    for number in count(1):
        store.write_sync(lambda work, number=number: pair(work, number))  # type: ignore[misc]
        print(number, flush=True)
