"""Reads a paper's full text: `fetch` fetches it, `html` and `pdf` parse it, `reader` combines them.

The parsers are pure and run in a child process, because strangers make the files."""

from digest.fulltext.abstract import abstract_text

__all__ = ["abstract_text"]
