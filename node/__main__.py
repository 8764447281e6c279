"""`python -m node` is `trm-node`."""

from node.cli import main

if __name__ == "__main__":
    main(prog_name="trm-node")
