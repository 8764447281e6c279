"""A registry mirror in a process of its own: `python -m tests.bench.mirror FOLDER` prints its address and serves."""

import sys
from pathlib import Path

from registry.repository import Repository
from registry.serve import make_app
from tests.bench.loops import run, serve_alone

if __name__ == "__main__":
    run(serve_alone(make_app(Repository(Path(sys.argv[1])))))
