"""Parses a PDF to a FullText: bytes in, value out."""
