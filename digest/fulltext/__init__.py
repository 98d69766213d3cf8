"""A paper's full text: `fetch` gets the bytes, `html` and `pdf` turn them into a FullText and touch nothing else, `reader` puts them together.

The parsers are pure and run in a child process (`reader`): they meet files made by strangers.
"""

from digest.fulltext.abstract import abstract_text

__all__ = ["abstract_text"]
