"""The passages of papers that a question is about."""
