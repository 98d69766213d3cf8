"""Reads strangers' HTTP answers within bounds: for arXiv's API, its feed and its documents."""
