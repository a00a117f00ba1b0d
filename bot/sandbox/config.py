"""What the sandbox must be told: one account's credentials and where its bot listens."""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """*folder* keeps the state over restarts; *image_delay* and *push_timeout* are in seconds.

    *framed_by* are the origins that may show the phone in a frame: the bot's console.
    """

    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    api_key: str = field(repr=False)
    webhook_url: str
    folder: Path
    image_delay: float = 2.0
    push_timeout: float = 5.0
    name: str = "画信体验号"
    framed_by: tuple[str, ...] = ()

    @property
    def original_id(self) -> str:
        """The account's gh_ id, ToUserName of every push."""
        return "gh_" + sha256(self.app_id.encode()).hexdigest()[:12]
