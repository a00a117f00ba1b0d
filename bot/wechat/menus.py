"""A custom menu as a document: WeChat's limits, what a draft may hold, what WeChat gives back."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

Document = dict[str, Any]
Problem = tuple[str, dict[str, object]]

MOST_TOPS: Final = 3
MOST_SUBS: Final = 5
# UTF-8 bytes; a phone shows about 4 and 8 Chinese characters (menu/create).
TOP_NAME: Final = 16
SUB_NAME: Final = 60
KEY: Final = 128
URL: Final = 1024
# Type → the members it must have.
TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "click": ("key",),
    "view": ("url",),
    "miniprogram": ("appid", "pagepath", "url"),
    "scancode_waitmsg": ("key",),
    "scancode_push": ("key",),
    "pic_sysphoto": ("key",),
    "pic_photo_or_album": ("key",),
    "pic_weixin": ("key",),
    "location_select": ("key",),
}
_MEMBERS: Final = ("key", "url", "appid", "pagepath")
_LONGEST: Final = {"key": KEY, "url": URL, "appid": KEY, "pagepath": KEY}
_APP_ID: Final = re.compile(r"wx[0-9a-zA-Z]{6,30}", re.ASCII)
_LONGEST_DRAFT: Final = 2000  # characters of any one text: a draft may be too long, not endless


def shaped(given: Any) -> Document:
    """Return a draft with nothing in it but what a menu can hold; finished or not."""
    return {"button": [_top(one) for one in _list(given, "button")[:MOST_TOPS]]}


def problems(document: Document) -> list[Problem]:
    """Return what keeps a draft from being published, in the order of the menu."""
    found: list[Problem] = []
    if not document["button"]:
        found.append(("菜单是空的：至少要有一个按钮", {}))
    for top in document["button"]:
        subs = top.get("sub_button", [])
        found += _about_name(top["name"], TOP_NAME)
        for sub in subs:
            found += _about_name(sub["name"], SUB_NAME)
            found += _about_action(sub)
        if not subs:
            found += _about_action(top)
    return found


def _about_name(name: str, most: int) -> Iterator[Problem]:
    size = len(name.encode())
    if not name.strip():
        yield "有一个按钮没有名字", {}
    elif size > most:
        said = "「%(name)s」的名字有 %(size)s 字节，最多 %(most)s 字节（一个汉字 3 字节）"
        yield said, {"name": name, "size": size, "most": most}


def _about_action(button: Document) -> Iterator[Problem]:
    kind, name = button.get("type", ""), button["name"]
    if kind not in TYPES:
        yield "「%(name)s」没有选点了做什么", {"name": name}
        return
    for member in TYPES[kind]:
        value = button.get(member, "")
        size, most = len(value.encode()), _LONGEST[member]
        if not value.strip():
            yield _MISSING[member], {"name": name}
        elif size > most:
            yield _LONG[member], {"name": name, "size": size, "most": most}
        elif member == "url" and not _is_address(value):
            yield "「%(name)s」的网址要以 http:// 或 https:// 开头，不能有空格", {"name": name}
        elif member == "appid" and not _APP_ID.fullmatch(value):
            yield "「%(name)s」的小程序 AppID 以 wx 开头，如 wx0123456789abcdef", {"name": name}


_MISSING: Final = {
    "key": "「%(name)s」没有写关键词",
    "url": "「%(name)s」没有写网址",
    "appid": "「%(name)s」没有写小程序 AppID",
    "pagepath": "「%(name)s」没有写小程序页面",
}
_LONG: Final = {
    "key": "「%(name)s」的关键词有 %(size)s 字节，最多 %(most)s 字节",
    "url": "「%(name)s」的网址有 %(size)s 字节，最多 %(most)s 字节",
    "appid": "「%(name)s」的小程序 AppID 有 %(size)s 字节，最多 %(most)s 字节",
    "pagepath": "「%(name)s」的小程序页面有 %(size)s 字节，最多 %(most)s 字节",
}


def _is_address(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    spaced = any(one.isspace() or not one.isprintable() for one in text)
    return address.scheme in {"http", "https"} and bool(address.hostname) and not spaced


# ---- reading ----


def _top(given: Any) -> Document:
    subs = [_leaf(one) for one in _list(given, "sub_button")[:MOST_SUBS]]
    return {"name": _text(given, "name"), "sub_button": subs} if subs else _leaf(given)


def _leaf(given: Any) -> Document:
    kind = _text(given, "type")
    leaf = {"name": _text(given, "name"), "type": kind if kind in TYPES else ""}
    wanted = TYPES.get(kind, ())
    return leaf | {member: _text(given, member).strip() for member in _MEMBERS if member in wanted}


def _list(given: Any, member: str) -> list[Any]:
    found = given.get(member) if isinstance(given, dict) else None
    return found if isinstance(found, list) else []


def _text(given: Any, member: str) -> str:
    found = given.get(member) if isinstance(given, dict) else None
    text = found if isinstance(found, str) else ""
    return text.encode(errors="ignore").decode()[:_LONGEST_DRAFT]


# ---- what WeChat has ----


def adopted(info: Any) -> tuple[Document, list[str]]:
    """Return the draft that ``get_current_selfmenu_info`` amounts to.

    The names are of buttons whose content WeChat's own console holds, a text or a picture: they
    become clicks whose keyword is the button's name.
    """
    given = info.get("selfmenu_info") if isinstance(info, dict) else None
    changed: list[str] = []
    tops = []
    for top in _list(given, "button"):
        subs = _list(top.get("sub_button") if isinstance(top, dict) else None, "list")
        if subs:
            leaves = [_adopted(sub, changed) for sub in subs]
            tops.append({"name": _text(top, "name"), "sub_button": leaves})
        else:
            tops.append(_adopted(top, changed))
    return shaped({"button": tops}), changed


def _adopted(button: Any, changed: list[str]) -> Document:
    leaf = _leaf(button)
    if leaf["type"]:
        return leaf
    changed.append(leaf["name"])
    return {"name": leaf["name"], "type": "click", "key": leaf["name"]}


def outline(document: Document, words: Mapping[str, str]) -> list[str]:
    """Return the menu a line a button, as people read it; *words* name the types."""
    lines = []
    for top in document["button"]:
        lines.append(_line(top, words))
        lines += [f"　{_line(sub, words)}" for sub in top.get("sub_button", [])]
    return lines


def _line(button: Document, words: Mapping[str, str]) -> str:
    if "type" not in button:
        return str(button["name"])
    values = " ".join(button[one] for one in _MEMBERS if button.get(one))
    return f"{button['name']} · {words.get(button['type'], '–')} {values}".rstrip()
