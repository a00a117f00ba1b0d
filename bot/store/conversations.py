"""Where a follower and the bot are: the picture that is meant, the words that wait for a photo."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select, update

from bot.store.database import Database, changed, now_ms, retried
from bot.store.tables import conversation


@dataclass(frozen=True, slots=True)
class Conversation:
    """*current_id* is the job whose picture is meant, 0 for the newest.

    *wish* are words that wait for a photo since *wish_at*; *wish_key* is the message that had them
    done, empty while they wait. *changed_key* is the last message that changed anything here.
    """

    current_id: int = 0
    current_at: int = 0
    wish: str = ""
    wish_at: int = 0
    wish_key: str = ""
    changed_key: str = ""

    def waits_since(self, message_key: str, words: str) -> bool:
        """Whether it was this very message that had these words wait for a photo."""
        return self.changed_key == message_key and self.wish == words


def read(db: Database, account_id: int, openid: str) -> Conversation:
    own = (conversation.c.account_id == account_id, conversation.c.openid == openid)
    names = ("current_id", "current_at", "wish", "wish_at", "wish_key", "changed_key")
    columns = (conversation.c[name] for name in names)
    with db.read() as tx:
        row = tx.execute(select(*columns).where(*own)).one_or_none()
    if row is None:
        return Conversation()
    return Conversation(**row._asdict() | {"wish": row.wish or ""})


def turn_to(db: Database, account_id: int, openid: str, job_id: int, *, message_key: str) -> bool:
    """Mean that job's picture from now on, 0 for none but the next one's.

    False if this message has done so before.
    """
    values = {"current_id": job_id, "current_at": now_ms()}
    return _change(db, account_id, openid, values, message_key=message_key)


def wish(db: Database, account_id: int, openid: str, words: str, *, message_key: str) -> bool:
    """Keep words until their photo comes, empty for none; False if this message did before."""
    values = {"wish": words, "wish_at": now_ms() if words else 0, "wish_key": ""}
    return _change(db, account_id, openid, values, message_key=message_key)


@retried
def take_wish(
    db: Database, account_id: int, openid: str, *, within_ms: int, message_key: str
) -> str:
    """Return the words that wait for this message's photo, empty for none.

    Words of the last *within_ms* are given to one message, and to every push of it again. Where
    that message had them wait on, for more photos, they still do.
    """
    own = and_(conversation.c.account_id == account_id, conversation.c.openid == openid)
    fresh = and_(conversation.c.wish_key == "", conversation.c.wish_at > now_ms() - within_ms)
    mine = and_(own, or_(fresh, conversation.c.wish_key == message_key))
    on = select(conversation.c.wish).where(own, fresh, conversation.c.changed_key == message_key)
    with db.write() as tx:
        kept: str | None = tx.execute(on).scalar()
        if kept:
            return kept
        taken = update(conversation).where(mine, conversation.c.wish != "")
        if changed(tx, taken.values(wish_key=message_key)) != 1:
            return ""
        words: str = tx.execute(select(conversation.c.wish).where(own)).scalar_one()
        return words


@retried
def _change(
    db: Database, account_id: int, openid: str, values: dict[str, Any], *, message_key: str
) -> bool:
    own = (conversation.c.account_id == account_id, conversation.c.openid == openid)
    fresh = or_(conversation.c.changed_key != message_key, conversation.c.changed_key == "")
    with db.write() as tx:
        tx.execute(db.insert_new(conversation).values(account_id=account_id, openid=openid))
        change = update(conversation).where(*own, fresh)
        return changed(tx, change.values(**values, changed_key=message_key)) == 1
