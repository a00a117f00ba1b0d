"""The custom menu, edited: a draft everybody shares, published, rolled back, taken down."""

import tomllib
from typing import Any, Protocol

from bot.editing.desk import Desk
from bot.errors import NotThere, Stale, Unfit, WeChatError
from bot.settings import ASSETS
from bot.store import history, menus
from bot.store.database import Database
from bot.store.history import Change, Entry
from bot.store.menus import Draft
from bot.wechat.errcodes import Code
from bot.wechat.menus import Document, adopted, problems, shaped

TYPE_WORDS = {
    "click": "关键词",
    "view": "网页",
    "miniprogram": "小程序",
    "scancode_waitmsg": "扫码，等回复",
    "scancode_push": "扫码",
    "pic_sysphoto": "拍照",
    "pic_photo_or_album": "拍照或相册",
    "pic_weixin": "微信相册",
    "location_select": "发位置",
}


class Platform(Protocol):
    """What of WeChat's API a menu needs; `bot.wechat.client.WeChat` has it."""

    def menu_create(self, menu: Document) -> None: ...
    def menu_delete(self) -> None: ...
    def menu_current(self) -> Document: ...


def draft(db: Database, account_id: int) -> Draft:
    """Return the draft; before the first save what ``assets/menu.toml`` holds, as revision 0."""
    return menus.draft(db, account_id) or first()


def save(desk: Desk, given: Any, *, revision: int, note: str = "") -> Draft:
    """Put *given* in the place of the draft as it was at *revision*; it need not be finished.

    Raises:
        Stale: somebody saved since; nothing is changed.
    """
    document = shaped(given)
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        before = menus.fetch(tx, desk.account_id) or first()
        if before.revision != revision:
            raise Stale(before, revision=before.revision)
        if before.document == document and before.revision:
            return before
        return _write(desk, tx, before, document, note=note)


def publish(desk: Desk, platform: Platform, *, revision: int | None = None) -> Draft:
    """Give the draft to WeChat; it is recorded once WeChat has it.

    Raises:
        Unfit: with everything that keeps it from being published.
        Stale: somebody saved since *revision*, and what they saved was not looked at.
        WeChatError: WeChat refused, or perhaps took it all the same (``sent``).
    """
    found = draft(desk.db, desk.account_id)
    if revision is not None and found.revision != revision:
        raise Stale(found, revision=found.revision)
    _publish(desk, platform, found.document)
    return found


def roll_back(desk: Desk, platform: Platform, entry_id: int) -> None:
    """Publish an earlier menu again; the draft follows. Raises as `publish` does, and NotThere."""
    entry = history.get(desk.db, desk.account_id, entry_id)
    if entry is None or entry.object != menus.OBJECT or not isinstance(entry.after, dict):
        raise NotThere("没有这次发布")
    note = f"恢复到记录 {entry_id}"
    _publish(desk, platform, shaped(entry.after), note=note)
    _replace(desk, shaped(entry.after), note=note)


def take_down(desk: Desk, platform: Platform) -> None:
    """Delete the menu at WeChat; the draft stays.

    Raises:
        WeChatError: WeChat refused, or perhaps did it all the same (``sent``).
    """
    platform.menu_delete()
    _record(desk, "menu.delete", None)


def adopt(desk: Desk, platform: Platform) -> list[str]:
    """Make what WeChat shows the draft; return the names of buttons that became clicks.

    Raises:
        NotThere: WeChat shows no menu.
        WeChatError: WeChat did not say.
    """
    document, changed = live(platform)
    if document is None:
        raise NotThere("公众号现在没有菜单")
    _replace(desk, document, note="取自线上菜单")
    return changed


def live(platform: Platform) -> tuple[Document | None, list[str]]:
    """Return the menu followers see, None where there is none, and what `adopt` would change.

    Raises:
        WeChatError: WeChat did not say.
    """
    try:
        info = platform.menu_current()
    except WeChatError as error:
        if error.code != Code.NO_MENU:
            raise
        return None, []
    document, changed = adopted(info)
    return (document if document["button"] else None), changed


def restore(desk: Desk, entry: Entry) -> None:
    """Make the menu of an entry the draft; publishing it is a step of its own.

    Raises:
        NotThere: the entry holds no menu.
    """
    document = entry.after or entry.before
    if not isinstance(document, dict):
        raise NotThere("这条记录里没有可以恢复的内容")
    _replace(desk, shaped(document), note=f"恢复到记录 {entry.id}")


def first() -> Draft:
    """Return what stands for a draft before the first save."""
    given = tomllib.loads((ASSETS / "menu.toml").read_text(encoding="utf-8"))
    return Draft(document=shaped(given), revision=0, saved_by="")


def _publish(desk: Desk, platform: Platform, document: Document, *, note: str = "") -> None:
    if found := problems(document):
        raise Unfit(*found)
    platform.menu_create(document)
    _record(desk, "menu.publish", document, note=note)


def _record(desk: Desk, action: str, document: Document | None, *, note: str = "") -> None:
    former = next(iter(menus.published(desk.db, desk.account_id, most=1)), None)
    before = former.document if former else None
    change = Change(
        action=action,
        object=menus.OBJECT,
        title="自定义菜单",
        note=note,
        before=before,
        after=document,
    )
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        history.record(tx, desk.account_id, desk.actor, change)


def _replace(desk: Desk, document: Document, *, note: str) -> None:
    """Put *document* in the draft's place, whatever it was; the history keeps that."""
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        before = menus.fetch(tx, desk.account_id) or first()
        _write(desk, tx, before, document, note=note)


def _write(desk: Desk, tx: Any, before: Draft, document: Document, *, note: str) -> Draft:
    made = Draft(document=document, revision=before.revision + 1, saved_by=desk.actor.name)
    menus.put(tx, desk.account_id, made)
    change = Change(
        action="menu.save",
        object=menus.DRAFT_OBJECT,
        title="自定义菜单草稿",
        note=note,
        before=before.document,
        after=document,
    )
    history.record(tx, desk.account_id, desk.actor, change)
    return made
