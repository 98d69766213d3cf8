"""Implements the Analyst without a model."""
