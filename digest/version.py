"""The version of the installed distribution, and the User-Agent made from it."""

from importlib.metadata import version

VERSION = version("paperboy")


def user_agent(contact: str = "") -> str:
    """Names an e-mail address if there is one, as arXiv asks of automated clients."""
    return f"Paperboy/{VERSION} (+mailto:{contact})" if contact else f"Paperboy/{VERSION}"
