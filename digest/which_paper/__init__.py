"""Which paper a question means."""
