"""Decides which papers are new for a subscription, and which of them matter to it."""
