"""The names that ``file:<name>`` in a rule may be."""

from pathlib import PurePath

from sqlalchemy import select

from bot.settings import ASSETS
from bot.store.database import Database
from bot.store.tables import library

_KINDS = {".jpg": "image", ".jpeg": "image", ".png": "image", ".gif": "image"}
_KINDS |= {".mp3": "voice", ".amr": "voice", ".mp4": "video"}


def every(db: Database, account_id: int) -> list[tuple[str, str]]:
    """Return (kind, name) of the operators' uploads and of the files that come with 画信."""
    query = select(library.c.kind, library.c.name).where(library.c.account_id == account_id)
    with db.read() as tx:
        found = {name: kind for kind, name in tx.execute(query)}
    for path in sorted((ASSETS / "replies").iterdir()):
        found.setdefault(path.name, _KINDS.get(PurePath(path.name).suffix.lower(), ""))
    return sorted((kind, name) for name, kind in found.items())
