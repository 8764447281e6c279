"""OpenTRM: one country's node."""
