"""WeChat's XML ⇄ records: what it pushes and, from ``replies``, what we answer."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.errors import BadRequest
from bot.models import (
    ClickEvent,
    Event,
    ImageMessage,
    Inbound,
    LinkMessage,
    LocationEvent,
    LocationMessage,
    LocationSelectEvent,
    Message,
    PicturesEvent,
    PublishFinishedEvent,
    ScanCodeEvent,
    ScanEvent,
    SendFinishedEvent,
    StaffSessionEvent,
    SubscribeEvent,
    SubscribeNoticeEvent,
    TextMessage,
    UnknownEvent,
    UnknownMessage,
    UnsubscribeEvent,
    UserDataEvent,
    VerificationEvent,
    VideoMessage,
    ViewEvent,
    VoiceMessage,
)
from bot.wechat import markup
from bot.wechat.markup import Element
from bot.wechat.replies import parse_reply, render

__all__ = ["parse", "parse_reply", "render", "render_inbound"]

NAME = re.compile(r"[0-9A-Za-z_@.-]{1,64}")  # openids and gh_ ids
_WORD = re.compile("[0-9A-Za-z_]{1,64}")  # MsgType and Event
_SECONDS = re.compile("[1-9][0-9]{0,9}")
_MSG_ID = re.compile("[1-9][0-9]{0,19}")
_COUNT = re.compile("[0-9]{1,10}|")
_SCENE = "qrscene_"

_Record_co = TypeVar("_Record_co", bound=Message | Event, covariant=True)


@dataclass(frozen=True, slots=True)
class _Shape(Generic[_Record_co]):
    """Which tags fill a record: its attribute → tag; *wrapper* is the tag they stand in, if any.

    A ``!`` after a tag means that it may not be blank, a ``#`` that it holds a number.
    """

    record: type[_Record_co]
    tags: Mapping[str, str]
    wrapper: str = ""

    def read(self, root: Element) -> dict[str, Any]:
        """Return the record's own attributes, which are str or int."""
        holder = root.child(self.wrapper) if self.wrapper else root
        return {attribute: _value(holder, tag) for attribute, tag in self.tags.items()}

    def write(self, inbound: Inbound) -> Iterator[str]:
        values = {tag.rstrip("!#"): getattr(inbound, name) for name, tag in self.tags.items()}
        parts = (_write(tag, value) for tag, value in values.items())
        yield from (markup.group(self.wrapper, parts),) if self.wrapper else parts


def _value(holder: Element, tag: str) -> str | int:
    if tag.endswith("#"):
        return int(_strict(_COUNT, holder, tag[:-1]) or 0)
    value = holder.get(tag.rstrip("!"))
    if tag.endswith("!") and not value.strip():
        raise BadRequest(f"{tag[:-1]} is missing")
    return value


def _write(tag: str, value: str | int) -> str:
    return markup.number(tag, value) if isinstance(value, int) else markup.text(tag, value)


def _strict(form: re.Pattern[str], holder: Element, tag: str) -> str:
    value = holder.get(tag)
    if not form.fullmatch(value):
        raise BadRequest(f"{tag} is missing or malformed")
    return value


_VIDEO = _Shape(VideoMessage, {"media_id": "MediaId!", "thumb_media_id": "ThumbMediaId"})
_MESSAGES: dict[str, _Shape[Message]] = {
    "text": _Shape(TextMessage, {"content": "Content"}),
    "image": _Shape(ImageMessage, {"media_id": "MediaId!", "pic_url": "PicUrl"}),
    "voice": _Shape(
        VoiceMessage,
        {"media_id": "MediaId!", "format": "Format", "recognition": "Recognition"},
    ),
    "video": _VIDEO,
    "shortvideo": _VIDEO,
    "location": _Shape(
        LocationMessage,
        {
            "latitude": "Location_X!",
            "longitude": "Location_Y!",
            "scale": "Scale",
            "label": "Label",
        },
    ),
    "link": _Shape(LinkMessage, {"title": "Title", "description": "Description", "url": "Url"}),
}

_VIEW = _Shape(ViewEvent, {"menu_id": "MenuId"})
_SCAN_CODE = _Shape(
    ScanCodeEvent, {"scan_type": "ScanType", "scan_result": "ScanResult"}, "ScanCodeInfo"
)
_PICTURES = _Shape(PicturesEvent, {"count": "Count#"}, "SendPicsInfo")
_SEND_FINISHED = _Shape(
    SendFinishedEvent,
    {
        "msg_id": "MsgID",
        "status": "Status",
        "total": "TotalCount#",
        "filtered": "FilterCount#",
        "sent": "SentCount#",
        "errors": "ErrorCount#",
    },
)
_USER_DATA = _Shape(UserDataEvent, {"revoke_info": "RevokeInfo"})
_STAFF_SESSION = _Shape(
    StaffSessionEvent,
    {"account": "KfAccount", "from_account": "FromKfAccount", "to_account": "ToKfAccount"},
)
_VERIFICATION = _Shape(
    VerificationEvent,
    {"expired_time": "ExpiredTime#", "fail_time": "FailTime#", "fail_reason": "FailReason"},
)
_NOTICE = _Shape(SubscribeNoticeEvent, {})
_UNKNOWN = _Shape(UnknownEvent, {})
_EVENTS: dict[str, _Shape[Event]] = {
    "subscribe": _Shape(SubscribeEvent, {"ticket": "Ticket"}),
    "unsubscribe": _Shape(UnsubscribeEvent, {}),
    "scan": _Shape(ScanEvent, {"ticket": "Ticket"}),
    "location": _Shape(
        LocationEvent,
        {"latitude": "Latitude!", "longitude": "Longitude!", "precision": "Precision"},
    ),
    "click": _Shape(ClickEvent, {}),
    "view": _VIEW,
    "view_miniprogram": _VIEW,
    "scancode_push": _SCAN_CODE,
    "scancode_waitmsg": _SCAN_CODE,
    "pic_sysphoto": _PICTURES,
    "pic_photo_or_album": _PICTURES,
    "pic_weixin": _PICTURES,
    "location_select": _Shape(
        LocationSelectEvent,
        {
            "latitude": "Location_X",
            "longitude": "Location_Y",
            "scale": "Scale",
            "label": "Label",
            "poiname": "Poiname",
        },
        "SendLocationInfo",
    ),
    "templatesendjobfinish": _SEND_FINISHED,
    "masssendjobfinish": _SEND_FINISHED,
    "publishjobfinish": _Shape(
        PublishFinishedEvent,
        {"publish_id": "publish_id", "status": "publish_status", "article_id": "article_id"},
        "PublishEventInfo",
    ),
    "subscribe_msg_popup_event": _NOTICE,
    "subscribe_msg_change_event": _NOTICE,
    "subscribe_msg_sent_event": _NOTICE,
    "user_info_modified": _USER_DATA,
    "user_authorization_revoke": _USER_DATA,
    "kf_create_session": _STAFF_SESSION,
    "kf_close_session": _STAFF_SESSION,
    "kf_switch_session": _STAFF_SESSION,
    "qualification_verify_success": _VERIFICATION,
    "qualification_verify_fail": _VERIFICATION,
    "naming_verify_success": _VERIFICATION,
    "naming_verify_fail": _VERIFICATION,
    "annual_renew": _VERIFICATION,
    "verify_expired": _VERIFICATION,
}
# The events WeChat writes in capitals.
_CAPITALS = frozenset(
    {"scan", "location", "click", "view"}
    | {"templatesendjobfinish", "masssendjobfinish", "publishjobfinish"}
)
# The tag around an event's template results and, in each, the tag of its status.
_NOTICES = {
    "subscribe_msg_popup_event": ("SubscribeMsgPopupEvent", "SubscribeStatusString"),
    "subscribe_msg_change_event": ("SubscribeMsgChangeEvent", "SubscribeStatusString"),
    "subscribe_msg_sent_event": ("SubscribeMsgSentEvent", "ErrorStatus"),
}


def parse(xml: bytes) -> Inbound:
    """Return the message or event of a push; raise BadRequest unless it has WeChat's form."""
    root = markup.read(xml)
    head: dict[str, Any] = {
        "to": _strict(NAME, root, "ToUserName"),
        "openid": _strict(NAME, root, "FromUserName"),
        "created": int(_strict(_SECONDS, root, "CreateTime")),
    }
    kind = _strict(_WORD, root, "MsgType").lower()
    if kind == "event":
        return _parse_event(root, head)
    if kind not in _MESSAGES:
        return UnknownMessage(**head, msg_id=root.get("MsgId")[:64], type=kind)
    head |= {"msg_id": _strict(_MSG_ID, root, "MsgId")}
    if kind == "text" and "Content" not in root:
        raise BadRequest("Content is missing")
    if kind == "shortvideo":
        head |= {"short": True}
    return _MESSAGES[kind].record(**head, **_MESSAGES[kind].read(root))


def _parse_event(root: Element, head: dict[str, Any]) -> Event:
    name = _strict(_WORD, root, "Event").lower()
    shape = _EVENTS.get(name, _UNKNOWN)
    head |= {"name": name, "key": root.get("EventKey"), **shape.read(root)}
    if shape.record is SubscribeEvent and head["key"].startswith(_SCENE):
        head |= {"scene": head["key"].removeprefix(_SCENE)}
    if shape is _NOTICE:
        wrapper, status = _NOTICES[name]
        listed = root.child(wrapper).each("List")
        head |= {"results": tuple((each.get("TemplateId"), each.get(status)) for each in listed)}
    if shape is _USER_DATA and "OpenID" in root:
        # FromUserName may be WeChat itself; the data are this follower's.
        head |= {"openid": _strict(NAME, root, "OpenID")}
    return shape.record(**head)


def render_inbound(inbound: Inbound) -> bytes:
    """Return the XML WeChat pushes for *inbound*."""
    head = (
        markup.text("ToUserName", inbound.to),
        markup.text("FromUserName", inbound.openid),
        markup.number("CreateTime", inbound.created),
    )
    own = _write_message(inbound) if isinstance(inbound, Message) else _write_event(inbound)
    return markup.group("xml", (*head, *own)).encode()


def _write_message(message: Message) -> Iterator[str]:
    kind = _kind(message)
    yield markup.text("MsgType", kind)
    if kind in _MESSAGES:
        yield from _MESSAGES[kind].write(message)
    yield markup.number("MsgId", message.msg_id)


def _kind(message: Message) -> str:
    match message:
        case UnknownMessage():
            return message.type
        case VideoMessage(short=True):
            return "shortvideo"
        case _:
            return next(kind for kind in _MESSAGES if _MESSAGES[kind].record is type(message))


def _write_event(event: Event) -> Iterator[str]:
    yield markup.text("MsgType", "event")
    yield markup.text("Event", event.name.upper() if event.name in _CAPITALS else event.name)
    yield markup.text("EventKey", event.key)
    if isinstance(event, SubscribeNoticeEvent):
        wrapper, status = _NOTICES[event.name]
        listed = (
            markup.group("List", (markup.text("TemplateId", template), markup.text(status, result)))
            for template, result in event.results
        )
        yield markup.group(wrapper, listed)
    yield from _EVENTS.get(event.name, _UNKNOWN).write(event)
