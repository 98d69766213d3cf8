"""Renders posts, forms and delivery plans as Discord's components. Pure."""
