"""Looks after papers that a channel knows and tells what changed of them."""
