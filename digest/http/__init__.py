"""Reads HTTP answers of strangers within bounds, for arXiv and Zotero."""
