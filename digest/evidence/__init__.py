"""Finds the place of a quotation in the paper, or refuses it."""
