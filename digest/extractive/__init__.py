"""The Analyst without a model."""
