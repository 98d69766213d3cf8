"""Faults, late digests, and who is told of them."""
