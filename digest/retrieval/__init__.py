"""Finds the passages of papers that a question is about."""
