"""Reads what arXiv announces and tells about papers."""
