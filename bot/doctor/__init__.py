"""`paperboy check`."""
