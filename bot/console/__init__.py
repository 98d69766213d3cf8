"""The channel in a terminal: what `paperboy demo` posts into."""
