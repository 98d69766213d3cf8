"""Decides which messages are questions, and answers them."""
