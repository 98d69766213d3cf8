"""From a quotation to its place in the paper, or a refusal."""
