"""How long tests wait for what has to come."""

DEADLINE = 120.0
"""Seconds. Only a failing test waits so long, so it allows for a machine with other work."""
