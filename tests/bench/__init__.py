"""Benchmarks: the real service against the least work that two bare nodes must do, side by side in one run."""
