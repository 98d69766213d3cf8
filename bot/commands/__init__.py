"""Handles `/paper`, `/digest`, buttons and forms, for every platform."""
