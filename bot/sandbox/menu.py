"""The rules a custom menu must keep."""

from typing import Any

from bot.sandbox.refusal import Refusal

MOST_BUTTONS = 3
MOST_SUB_BUTTONS = 5
LONGEST_NAME = 16  # UTF-8 bytes of a top button; a sub-button may have 60
LONGEST_SUB_NAME = 60
LONGEST_KEY = 128
LONGEST_URL = 1024
# Type → the member it needs.
TYPES = {
    "click": "key",
    "view": "url",
    "scancode_push": "key",
    "scancode_waitmsg": "key",
    "pic_sysphoto": "key",
    "pic_photo_or_album": "key",
    "pic_weixin": "key",
    "location_select": "key",
    "miniprogram": "pagepath",
    "media_id": "media_id",
    "article_id": "article_id",
}


def checked(buttons: Any) -> list[dict[str, Any]]:
    """Return the menu's top buttons; raise WeChat's refusal for what it would not take."""
    if not isinstance(buttons, list) or not 0 < len(buttons) <= MOST_BUTTONS:
        raise Refusal(40016)
    return [_top(button) for button in buttons]


def _top(button: Any) -> dict[str, Any]:
    name = _name(button, LONGEST_NAME, code=40018)
    subs = button.get("sub_button")
    if not subs:
        return _action(button, name)
    if not isinstance(subs, list) or len(subs) > MOST_SUB_BUTTONS:
        raise Refusal(40023)
    leaves = [_action(sub, _name(sub, LONGEST_SUB_NAME, code=40025)) for sub in subs]
    return {"name": name, "sub_button": leaves}


def _name(button: Any, longest: int, *, code: int) -> str:
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not 0 < len(name.encode()) <= longest:
        raise Refusal(code)
    return name


def _action(button: dict[str, Any], name: str) -> dict[str, Any]:
    kind = button.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise Refusal(40017)
    value = button.get(TYPES[kind])
    longest, code = (LONGEST_URL, 40020) if kind == "view" else (LONGEST_KEY, 40019)
    if not isinstance(value, str) or not 0 < len(value.encode()) <= longest:
        raise Refusal(code)
    kept: dict[str, Any] = {
        member: button[member] for member in ("url", "appid") if member in button
    }
    return {"name": name, "type": kind, **kept, TYPES[kind]: value, "sub_button": []}
