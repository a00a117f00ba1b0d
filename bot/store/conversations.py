"""Where a follower and the bot are: the picture that is meant, the words that wait for a photo."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, update

from bot.store.database import Database, changed, now_ms, retried
from bot.store.tables import conversation


@dataclass(frozen=True, slots=True)
class Conversation:
    """*current_id* is the job whose picture is meant, 0 for the newest; *wish* waits since then."""

    current_id: int = 0
    current_at: int = 0
    wish: str = ""
    wish_at: int = 0


def read(db: Database, account_id: int, openid: str) -> Conversation:
    own = (conversation.c.account_id == account_id, conversation.c.openid == openid)
    columns = (conversation.c[name] for name in ("current_id", "current_at", "wish", "wish_at"))
    with db.read() as tx:
        row = tx.execute(select(*columns).where(*own)).one_or_none()
    if row is None:
        return Conversation()
    return Conversation(row.current_id, row.current_at, row.wish or "", row.wish_at)


def turn_to(db: Database, account_id: int, openid: str, job_id: int, *, message_key: str) -> bool:
    """Mean that job's picture from now on; False if this message has done so before."""
    values = {"current_id": job_id, "current_at": now_ms()}
    return _change(db, account_id, openid, values, message_key=message_key)


def wish(db: Database, account_id: int, openid: str, words: str, *, message_key: str) -> bool:
    """Keep words until their photo comes, empty for none; False if this message did before."""
    values = {"wish": words, "wish_at": now_ms() if words else 0}
    return _change(db, account_id, openid, values, message_key=message_key)


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
