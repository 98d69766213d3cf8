"""What arXiv announces and says of papers."""
