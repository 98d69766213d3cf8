"""Parses, checks and marks replies. Pure."""
