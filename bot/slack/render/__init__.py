"""Renders posts, forms and views as Block Kit. Pure."""
