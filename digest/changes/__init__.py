"""Finds news about a paper that people know: a withdrawal, a publication, code, other claims."""
