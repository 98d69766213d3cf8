"""A PDF to a FullText: bytes in, value out."""
