"""Finds how texts write figures and names, and which ones a source does not support."""
