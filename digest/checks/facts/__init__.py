"""Figures and names: how texts write them, and which ones a source does not support."""
