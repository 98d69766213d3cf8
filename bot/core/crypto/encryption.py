"""Encrypts the keys of other services that the store keeps. Pure.

The secret is in the environment of the bot and never in the store, so that a copy of the store
alone gives no key away.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

NONCE = 12


class Cipher:
    def __init__(self, secret: str) -> None:
        """`secret`: a token of high entropy."""
        self._key = hmac.digest(secret.encode(), b"paperboy vault", hashlib.sha256)

    def encrypt(self, text: str, owner: str) -> str:
        """Encrypts a key of `owner`. It cannot be decrypted for another owner."""
        nonce = secrets.token_bytes(NONCE)
        return base64.b64encode(nonce + self._cipher().encrypt(nonce, text.encode(), owner.encode())).decode()

    def decrypt(self, text: str, owner: str) -> str:
        """Raises ValueError for what another secret or owner encrypted."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415

        raw = base64.b64decode(text)
        try:
            return self._cipher().decrypt(raw[:NONCE], raw[NONCE:], owner.encode()).decode()
        except InvalidTag:
            raise ValueError("encrypted with another secret") from None

    def _cipher(self) -> ChaCha20Poly1305:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415  # it takes 7 MB

        return ChaCha20Poly1305(self._key)
