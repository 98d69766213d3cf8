"""Parses LaTeXML's HTML to a FullText: bytes in, value out."""
