"""A chat channel in a terminal, for `paperboy demo`."""
