"""A paper's full text: fetched by `fetch`, parsed by `html` and `pdf`, put together by `reader`.

The parsers are pure and run in a child process, because strangers make the files.
"""

from digest.fulltext.abstract import abstract_text

__all__ = ["abstract_text"]
