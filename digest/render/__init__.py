"""Renders a Digest as Markdown, Markdown as tokens, TeX as text, and the fixed words."""
