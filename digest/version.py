"""Holds the version and the User-Agent made from it.

The version is written here, because a copy of the source that is not installed, as in a container,
has no metadata."""

VERSION = "0.1.0"
"""A test keeps pyproject.toml in step."""


def user_agent(contact: str = "") -> str:
    """Returns the User-Agent. It names an e-mail address if there is one, as arXiv asks of
    automated clients."""
    return f"Paperboy/{VERSION} (+mailto:{contact})" if contact else f"Paperboy/{VERSION}"
