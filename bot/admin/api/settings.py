"""设置: values with their source, secrets only as set or not; the bot's texts; blocked words."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from flask import Response

from bot.admin import trying
from bot.admin.api import answers, door, reading
from bot.admin.api.operations import Operation, Schema
from bot.admin.api.schemas import BOOL, MAYBE_TEXT, STRING, listed, ref, whole
from bot.admin.fields import source_of, system
from bot.admin.parts import bot
from bot.admin.trying import Finding
from bot.editing import settings as editing
from bot.editing.settings import Drawer
from bot.errors import NotThere
from bot.live import CHANGEABLE, SECRETS, TEXT, WORDS, Live, locked
from bot.store import settings as stored
from bot.store.members import Role

TITLE = "设置"

WRITE = "settings:write"
SETTING = whole(
    {
        "name": STRING,
        "value": MAYBE_TEXT,
        "secret": BOOL,
        "set": BOOL,
        "source": STRING,
        "may_change": BOOL,
    }
)
VALUE = whole({"value": MAYBE_TEXT})
VALUES: Schema = {"type": "object", "additionalProperties": MAYBE_TEXT}
TEXT_ONE = whole(
    {
        "name": STRING,
        "group": STRING,
        "title": STRING,
        "text": STRING,
        "default": STRING,
        "own": BOOL,
        "fields": listed(STRING),
    }
)
TEXT_PUT = whole({"text": MAYBE_TEXT})
WORDS_BODY = whole({"words": STRING})


def setting_list() -> Response:
    return answers.say({"items": _settings(CHANGEABLE) + _system()})


def setting_get(name: str) -> Response:
    return answers.say(_settings([_known(name)])[0])


def setting_put(name: str) -> Response:
    _save({_known(name): reading.table(VALUE)["value"]})
    return answers.say(_settings([name])[0])


def setting_patch() -> Response:
    """Keep several at once: what belongs together is changed in one moment."""
    given = reading.body()
    if not isinstance(given, dict) or not given:
        raise reading.invalid("内容应该是 {名字: 值}")
    if not all(_is_value(value) and name in CHANGEABLE for name, value in given.items()):
        raise reading.invalid("只能改 may_change 的设置，值是文字或 null")
    _save(given)
    return answers.say({"items": _settings(given)})


def text_list() -> Response:
    return answers.say({"items": [_text(name) for name in bot().base.sentences.texts]})


def text_put(name: str) -> Response:
    if name not in bot().base.sentences.texts:
        raise NotThere("机器人没有这句话")
    _save({TEXT + name: reading.table(TEXT_PUT)["text"]})
    return answers.say(_text(name))


def words_get() -> Response:
    return answers.say({"words": _own().get(WORDS, "")})


def words_put() -> Response:
    _save({WORDS: reading.table(WORDS_BODY)["words"]})
    return words_get()


def try_wechat() -> Response:
    return _found(trying.wechat())


def try_images() -> Response:
    found = trying.images()
    said = "\n".join(f"{one.name}：{one.sentence}" if one.name else one.sentence for one in found)
    return _found(trying.Finding(all(one.healthy for one in found), said))


def drawer() -> Drawer:
    return Drawer(door.desk(), bot().base, bot().vault)


def _save(wanted: dict[str, str | None]) -> None:
    for name in wanted:
        door.need(WRITE, editing.least(name))
    editing.save(drawer(), wanted)


def _known(name: str) -> str:
    if name not in CHANGEABLE:
        raise NotThere("没有这个可以改的设置")
    return name


def _is_value(value: Any) -> bool:
    return value is None or (isinstance(value, str) and reading.fits_text(value))


def _own() -> dict[str, str]:
    return stored.read(bot().db, bot().account_id)[1]


def _settings(names: Iterable[str]) -> list[dict[str, Any]]:
    now = drawer().now()
    return [_setting(name, now) for name in names]


def _setting(name: str, now: Live) -> dict[str, Any]:
    secret = name in SECRETS
    return {
        "name": name,
        "value": None if secret else editing.shown(now.settings, name),
        "secret": secret,
        "set": bool(getattr(now.settings, name.lower())),
        "source": "unreadable" if name in now.unreadable else source_of(now.settings, name),
        "may_change": door.member().role.may(editing.least(name))
        and not locked(now.settings, name),
    }


def _system() -> list[dict[str, Any]]:
    """What is only read at the start."""
    return [
        {
            "name": name,
            "value": value,
            "secret": False,
            "set": bool(value),
            "source": source,
            "may_change": False,
        }
        for name, _label, value, source in system(bot().settings)
    ]


def _text(name: str) -> dict[str, Any]:
    text = bot().base.sentences.texts[name]
    written = _own().get(TEXT + name, text.default)
    return {
        "name": name,
        "group": text.group,
        "title": text.title,
        "text": written,
        "default": text.default,
        "own": written != text.default,
        "fields": list(text.fields),
    }


def _found(finding: Finding) -> Response:
    return answers.say({"healthy": finding.healthy, "said": finding.sentence})


_read = partial(Operation, scope="settings:read", method="GET")
_write = partial(Operation, scope=WRITE, method="PUT", faults=("invalid", "not_found"))
_FINDING = whole({"healthy": BOOL, "said": STRING})
_SETTINGS = whole({"items": listed(ref("Setting"))})

OPERATIONS = (
    _read(
        name="setting_list",
        path="/settings",
        said="设置的值和来源；密钥只说有没有设",
        run=setting_list,
        answer=_SETTINGS,
    ),
    _read(
        name="setting_get",
        path="/settings/<name>",
        said="一项设置",
        run=setting_get,
        answer=ref("Setting"),
        faults=("not_found",),
    ),
    _write(
        name="setting_put",
        path="/settings/<name>",
        said="改一项设置，null 恢复原值；密钥、地址和预算只有所有者能改",
        run=setting_put,
        body=VALUE,
        example={"value": "10"},
        answer=ref("Setting"),
    ),
    _write(
        name="setting_patch",
        method="PATCH",
        path="/settings",
        said="一起改几项设置，如 Token 和 EncodingAESKey",
        run=setting_patch,
        body=VALUES,
        example={"IMAGES_PER_MINUTE": "5", "FOLLOWER_DAILY_IMAGES": None},
        answer=_SETTINGS,
        faults=("invalid",),
    ),
    _read(
        name="text_list",
        path="/settings/texts",
        said="机器人说的话",
        run=text_list,
        answer=whole({"items": listed(ref("BotText"))}),
    ),
    _write(
        name="text_put",
        path="/settings/texts/<name>",
        said="改机器人说的一句话，null 恢复原来的",
        run=text_put,
        body=TEXT_PUT,
        example={"text": "你好，发“帮助”看怎么用。"},
        answer=ref("BotText"),
    ),
    _read(
        name="words_get",
        path="/settings/words",
        said="屏蔽词，一行一个",
        run=words_get,
        answer=WORDS_BODY,
    ),
    _write(
        name="words_put",
        path="/settings/words",
        said="替换屏蔽词",
        run=words_put,
        body=WORDS_BODY,
        example={"words": "某某\n某某某"},
        answer=WORDS_BODY,
        faults=("invalid",),
    ),
    _write(
        name="try_wechat",
        method="POST",
        path="/settings/try/wechat",
        said="试一下微信的凭据",
        run=try_wechat,
        role=Role.OWNER,
        answer=_FINDING,
        faults=(),
    ),
    _write(
        name="try_images",
        method="POST",
        path="/settings/try/images",
        said="试一下图片服务",
        run=try_images,
        role=Role.OWNER,
        answer=_FINDING,
        faults=(),
    ),
)
SCHEMAS = {"Setting": SETTING, "BotText": TEXT_ONE}
