"""Finding a person again: names across scripts, telephone numbers, references, and the hint that she is here."""
