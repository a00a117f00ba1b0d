"""Secrets at rest: sealed with a key derived from SECRET_KEY; a changed SECRET_KEY loses them."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import ConfigError


class Vault:
    """Seals texts so that the database alone is of no use to a thief."""

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key.encode()
        self._fernet = Fernet(urlsafe_b64encode(self.derive("vault")))
        self._veil = AESSIV(self.derive("veil"))

    def derive(self, purpose: str) -> bytes:
        """Return a key of 32 bytes for one purpose alone."""
        hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"huaxin {purpose}".encode())
        return hkdf.derive(self._secret_key)

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return the text.

        Raises:
            ConfigError: it was sealed with another SECRET_KEY, or is damaged.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise ConfigError("SECRET_KEY 换过了，之前加密保存的值读不出来：请重新填写") from None

    def veil(self, text: str) -> str:
        """Return a name for *text* that may stand in an address: always the same, and no clue."""
        return urlsafe_b64encode(self._veil.encrypt(text.encode(), None)).decode().rstrip("=")

    def unveil(self, veiled: str) -> str | None:
        """Return what was veiled, None if it was not by us."""
        try:
            sealed = urlsafe_b64decode(veiled + "=" * (-len(veiled) % 4))
            return self._veil.decrypt(sealed, None).decode()
        except (ValueError, InvalidTag):
            return None
