"""Compares a sentence with its quotation, by one module for each kind of difference."""
