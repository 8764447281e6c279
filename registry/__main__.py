"""`python -m registry` is `trm-registry`."""

from registry.cli import main

if __name__ == "__main__":
    main()
