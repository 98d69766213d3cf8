"""Decides which paper a question means."""
