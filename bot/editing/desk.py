"""Where a change is made: which account, and by whom."""

from dataclasses import dataclass
from typing import Any

from bot.store.database import Database
from bot.store.history import Actor

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    db: Database
    account_id: int
    actor: Actor
