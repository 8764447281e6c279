"""The demo: a registry and three invented countries as real processes on this machine, with invented people only."""
