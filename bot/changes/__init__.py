"""Looks up the papers that a channel knows and tells what has changed about them."""
