"""The first-run checklist: what a new operator tries, ticked by itself."""

from dataclasses import dataclass
from typing import Final

from bot.admin.attention import link
from bot.admin.parts import bot
from bot.admin.translate import _
from bot.store import history, members, overview
from bot.store import settings as stored
from bot.store.history import Filter

HIDDEN: Final = "overview.hidden"


@dataclass(frozen=True, slots=True)
class Step:
    said: str
    done: bool
    address: str = ""


def steps(phone: str) -> list[Step]:
    """The steps in order, none once they are hidden. *phone* is the simulated phone's address."""
    db, account_id, settings = bot().db, bot().account_id, bot().settings
    if HIDDEN in stored.read(db, account_id)[1]:
        return []
    edited = history.page(db, account_id, Filter(subject="rule"), most=1)[1]
    verified = bool(overview.last_counted(db, account_id, "verified"))
    budget = settings.budget_daily is not None or settings.budget_monthly is not None
    return [
        Step(_("改一条规则"), edited > 0, link("rules.index")),
        Step(_("在手机上试一句"), overview.last_message(db, account_id) > 0, phone),
        Step(_("接入微信"), verified and not settings.sandbox, link("setup.wechat")),
        Step(_("设一个预算"), budget, link("settings.group", slug="quota")),
        Step(_("加一位成员"), members.count(db, account_id) > 1, link("members.index")),
    ]


def hide() -> None:
    """Show the list no more, to anybody."""
    with bot().db.write() as tx:
        history.lock(tx, bot().account_id)
        stored.keep(tx, bot().account_id, {HIDDEN: "1"})
