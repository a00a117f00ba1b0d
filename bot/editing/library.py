"""The library, edited: uploads checked, references kept right, everything restorable."""

import logging
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from bot.editing import rules as edited
from bot.editing import uploads
from bot.editing.desk import Desk
from bot.editing.uploads import Upload
from bot.errors import NotThere, StorageError, Unfit
from bot.store import history, library, media, rules
from bot.store.database import Database, clock
from bot.store.files import Files
from bot.store.history import Change, Entry
from bot.store.library import Item

log = logging.getLogger(__name__)
KEPT_DAYS = 30
DAY = 24 * 3600
GONE = "这个素材已经不在了"
SHIPPED = "这是画信自带的，不能改名或删除；可以用「替换」换成自己的"


def add(
    desk: Desk, files: Files, filename: str, data: bytes, *, thumb: bool = False
) -> tuple[Item, bool]:
    """Keep an upload under its file's name, or a free one like it.

    Return the item, and whether it was an animation that has lost its movement.

    Raises:
        Unfit: with what is wrong.
    """
    upload = uploads.examine(data, thumb=thumb)
    wanted = uploads.named(filename, upload.extension)
    sha256 = _keep(files, upload)
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)

        def taken(name: str) -> bool:
            return bool(library.get(tx, desk.account_id, name) or library.shipped(name))

        item = _item(desk, uploads.free(wanted, taken), upload, sha256, at=clock(tx))
        library.put(tx, desk.account_id, item)
        history.record(tx, desk.account_id, desk.actor, _change("add", after=item))
    return item, upload.still


def replace_content(desk: Desk, files: Files, name: str, data: bytes) -> Item:
    """Put other content under a name: every reply that uses it follows.

    Raises:
        Unfit: with what is wrong.
        NotThere: there is no such file.
    """
    found = library.find(desk.db, desk.account_id, name)
    if found is None:
        raise NotThere(GONE)
    upload = uploads.examine(data, thumb=found.kind == "thumb")
    if upload.kind != found.kind:
        raise Unfit(("替换的文件要和原来的同一种：图片换图片，语音换语音，视频换视频", {}))
    sha256 = _keep(files, upload)
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        before = library.get(tx, desk.account_id, name)
        if before is None and not found.built_in:
            raise NotThere(GONE)
        item = _item(desk, name, upload, sha256, at=clock(tx))
        library.put(tx, desk.account_id, item)
        media.hurry(tx, desk.account_id, name)
        change = _change("replace", before=before, after=item)
        history.record(tx, desk.account_id, desk.actor, change)
    return item


def rename(desk: Desk, name: str, wanted: str) -> Item:
    """Rename a file, and in the same moment every rule's reference to it.

    Raises:
        Unfit: the new name cannot be used, or is taken.
        NotThere: there is no such upload.
    """
    new = uploads.clean(wanted)
    if problem := _unusable(new):
        raise Unfit(problem)
    with desk.db.write() as tx:
        rules.touch(tx, desk.account_id)
        before = _upload_of(desk, tx, name)
        if new == name:
            return before
        if library.get(tx, desk.account_id, new) or library.shipped(new):
            raise Unfit(("已经有一个素材叫「%(name)s」", {"name": new}))
        item = replace(before, name=new)
        library.remove(tx, desk.account_id, name)
        library.put(tx, desk.account_id, item)
        media.touch(tx, desk.account_id)
        media.rename(tx, desk.account_id, name, new)
        batch = edited.new_batch()
        changes = [_change("rename", before=before, after=item, note=f"原名 {name}", batch=batch)]
        changes += _point(desk, tx, name, new, batch)
        history.record(tx, desk.account_id, desk.actor, *changes)
    return item


def delete(desk: Desk, name: str) -> None:
    """Delete an upload, restorable from the history for thirty days.

    Raises:
        Unfit: rules answer with it.
        NotThere: there is no such upload.
    """
    with desk.db.write() as tx:
        rules.touch(tx, desk.account_id)
        before = _upload_of(desk, tx, name)
        using = library.using(tx, desk.account_id, name)
        # What ships under the same name then stands in.
        if using and not library.shipped(name):
            titles = "、".join(f"「{one.document['name']}」" for one in using[:5])
            said = "还有 %(count)s 条规则在用它：%(rules)s。先在规则里换掉，再删除。"
            raise Unfit((said, {"count": len(using), "rules": titles}))
        library.remove(tx, desk.account_id, name)
        media.touch(tx, desk.account_id)
        media.remove(tx, desk.account_id, name)
        history.record(tx, desk.account_id, desk.actor, _change("delete", before=before))


def upload_again(desk: Desk, name: str) -> None:
    """Have the worker upload a file to WeChat anew; what WeChat has stays in use until then.

    Raises:
        NotThere: there is no such file.
    """
    if library.find(desk.db, desk.account_id, name) is None:
        raise NotThere(GONE)
    with desk.db.write() as tx:
        media.touch(tx, desk.account_id)
        media.hurry(tx, desk.account_id, name)


# ---- taking back ----


def restore(desk: Desk, files: Files, entry: Entry) -> str:
    """Bring a file to what it was after *entry*, or before its deletion; return its name.

    Raises:
        NotThere: the entry holds no file, or its bytes are gone.
    """
    document = entry.after or entry.before
    if not entry.action.startswith(library.SUBJECT) or not isinstance(document, dict):
        raise NotThere("这条记录里没有可以恢复的内容")
    item = Item(**document)
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        if not files.has(item.sha256):
            raise NotThere("这个文件已经清除了：删除或替换后只保留 30 天")
        before = library.get(tx, desk.account_id, item.name)
        library.put(tx, desk.account_id, item)
        media.hurry(tx, desk.account_id, item.name)
        note = f"恢复到记录 {entry.id}"
        change = _change("restore", before=before, after=item, note=note)
        history.record(tx, desk.account_id, desk.actor, change)
    return item.name


def undo(desk: Desk, entries: list[Entry]) -> int:
    """Take a renaming back, its rules with it; return how many things that concerned.

    Raises:
        NotThere: none of the entries is a renaming.
    """
    for entry in entries:
        if entry.action == "library.rename":
            rename(desk, entry.after["name"], entry.before["name"])
            return len(entries)
    raise NotThere("没有这一批修改")


def purge(db: Database, account_id: int, files: Files) -> Iterator[str]:
    """Drop the bytes that neither an item nor a change of the last thirty days needs."""
    old = list(files.untouched(seconds=DAY))
    if not old:
        return
    with db.write() as tx:
        # Nobody restores one of them meanwhile: that takes the same lock.
        history.lock(tx, account_id)
        since = clock(tx) - KEPT_DAYS * DAY * 1000
        for name in set(old) - library.needed(tx, old, since=since):
            files.drop(name)
            yield name


def _keep(files: Files, upload: Upload) -> str:
    try:
        return files.keep(upload.data, small=upload.small)
    except StorageError as error:
        log.error("an upload was not stored: %s", error)  # noqa: TRY400 — the sentence says it all
        raise Unfit(("存图片和素材的地方暂时不可用。请过一会儿再试。", {})) from error
    except OSError as error:
        raise Unfit(("服务器存不下这个文件：磁盘满了，或者数据文件夹不能写", {})) from error


def _item(desk: Desk, name: str, upload: Upload, sha256: str, *, at: int) -> Item:
    return Item(
        name=name,
        kind=upload.kind,
        sha256=sha256,
        size=len(upload.data),
        width=upload.width,
        height=upload.height,
        created_at=at,
        created_by=desk.actor.name or desk.actor.via,
    )


def _unusable(name: str) -> tuple[str, dict[str, object]] | None:
    if not name.strip(". "):
        return "名字是空的", {}
    if len(name) > uploads.MAX_NAME:
        return "名字有 %(size)s 个字，最多 %(most)s 个", {
            "size": len(name),
            "most": uploads.MAX_NAME,
        }
    return None


def _upload_of(desk: Desk, tx: Any, name: str) -> Item:
    found = library.get(tx, desk.account_id, name)
    if found is None and library.shipped(name):
        raise Unfit((SHIPPED, {}))
    if found is None:
        raise NotThere(GONE)
    return found


def _point(desk: Desk, tx: Any, old: str, new: str, batch: str) -> list[Change]:
    """Point the rules' references at the new name; return what changed."""
    found = library.using(tx, desk.account_id, old)
    made = {one.id: library.renamed(one.document, old, new) for one in found}
    rules.write(tx, made)
    return [
        Change(
            action="rule.save",
            object=edited.name_of(one.id),
            title=str(one.document["name"]),
            note=f"素材改名：{old} → {new}"[:255],
            before=one.document,
            after=made[one.id],
            batch=batch,
        )
        for one in found
    ]


def _change(
    verb: str,
    *,
    before: Item | None = None,
    after: Item | None = None,
    note: str = "",
    batch: str = "",
) -> Change:
    item = after or before
    assert item is not None
    return Change(
        action=f"{library.SUBJECT}{verb}",
        object=f"library:{item.name}",
        title=item.name,
        note=note,
        before=asdict(before) if before else None,
        after=asdict(after) if after else None,
        batch=batch,
    )
