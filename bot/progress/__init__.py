"""Tells whoever waits how their work goes on, how it ends, and that it broke off."""
