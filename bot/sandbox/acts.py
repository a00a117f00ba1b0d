"""What a follower does with the phone: messages and events, logged, and pushed to the bot."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from bot import models
from bot.errors import BadRequest
from bot.models import Inbound
from bot.sandbox.bubbles import MEDIA_PATH
from bot.sandbox.chat import Sender
from bot.sandbox.followers import Follower, WindowKind
from bot.sandbox.picture import encode
from bot.sandbox.push import Push
from bot.sandbox.world import World

LARGEST_PHOTO_EDGE = 4096
# A second of silence and an empty film: enough of a file for what the phone records.
SILENCE = b"#!AMR\n" + b"\x3c" + bytes(31) * 50
FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
# The menu taps and scans that open a minute for three custom messages.
TAPS = frozenset({"subscribe", "click", "scan", "scancode_push", "scancode_waitmsg"})
_PLACE = {"latitude": "31.240000", "longitude": "121.490000"}
# Event → its record and what the phone fills in.
_EVENTS: dict[str, tuple[type[models.Event], dict[str, Any]]] = {
    "subscribe": (models.SubscribeEvent, {}),
    "unsubscribe": (models.UnsubscribeEvent, {}),
    "scan": (models.ScanEvent, {}),
    "click": (models.ClickEvent, {}),
    "view": (models.ViewEvent, {"menu_id": "1"}),
    "view_miniprogram": (models.ViewEvent, {"menu_id": "1"}),
    "location": (models.LocationEvent, {**_PLACE, "precision": "119.385040"}),
    "location_select": (models.LocationSelectEvent, {**_PLACE, "scale": "16", "label": "外滩"}),
    "scancode_push": (models.ScanCodeEvent, {"scan_type": "qrcode"}),
    "scancode_waitmsg": (models.ScanCodeEvent, {"scan_type": "qrcode"}),
    "pic_sysphoto": (models.PicturesEvent, {"count": 1}),
    "pic_photo_or_album": (models.PicturesEvent, {"count": 1}),
    "pic_weixin": (models.PicturesEvent, {"count": 1}),
    "templatesendjobfinish": (models.SendFinishedEvent, {"status": "success"}),
    "masssendjobfinish": (models.SendFinishedEvent, {"status": "send success"}),
    "publishjobfinish": (models.PublishFinishedEvent, {"status": "0"}),
    "subscribe_msg_popup_event": (models.SubscribeNoticeEvent, {}),
    "subscribe_msg_change_event": (models.SubscribeNoticeEvent, {}),
    "subscribe_msg_sent_event": (models.SubscribeNoticeEvent, {}),
    "user_info_modified": (models.UserDataEvent, {}),
    "user_authorization_revoke": (models.UserDataEvent, {}),
    "kf_create_session": (models.StaffSessionEvent, {}),
    "kf_close_session": (models.StaffSessionEvent, {}),
    "kf_switch_session": (models.StaffSessionEvent, {}),
    "qualification_verify_success": (models.VerificationEvent, {}),
    "qualification_verify_fail": (models.VerificationEvent, {}),
    "naming_verify_success": (models.VerificationEvent, {}),
    "naming_verify_fail": (models.VerificationEvent, {}),
    "annual_renew": (models.VerificationEvent, {}),
    "verify_expired": (models.VerificationEvent, {}),
}
EVENT_WORDS = {
    "subscribe": "已关注公众号",
    "unsubscribe": "已取消关注",
    "click": "点了菜单",
    "view": "打开了菜单链接",
    "scan": "扫了二维码",
}


class NotFollowing(BadRequest):
    """Who does not follow cannot write."""


class Acts:
    """One follower's doings; *base_url* is where the phone reaches the sandbox."""

    def __init__(self, world: World, follower: Follower, *, base_url: str) -> None:
        self._world = world
        self._follower = follower
        self._base_url = base_url.rstrip("/")

    def say(self, given: Mapping[str, Any], *, photo: bytes | None = None) -> Push:
        """Send a message of ``given["type"]``; raise BadRequest for what cannot be sent."""
        kinds = {
            "text": self._text,
            "image": lambda given: self._image(photo, original=bool(given.get("original"))),
            "voice": self._voice,
            "video": self._video,
            "location": self._location,
            "link": self._link,
        }
        kind = str(given.get("type", ""))
        if kind not in kinds:
            raise BadRequest("不认识的消息类型")
        if not self._follower.following:
            raise NotFollowing("还没有关注公众号，不能发消息")
        inbound, fields = kinds[kind](given)
        said = {name: value for name, value in given.items() if name != "openid"}
        return self._push(
            inbound,
            opens="message",
            sender="follower",
            kind=kind,
            step={"send": said},
            **fields,
        )

    def happen(self, name: str, key: str = "") -> Push:
        """Let an event happen, such as a follow, a tap on the menu or a scan."""
        name = name.lower()
        if not name.isidentifier() or not name.isascii():
            raise BadRequest("事件名不正确")
        following = self._follower.following
        if name == "scan" and not following:
            name, key = "subscribe", key and "qrscene_" + key
        elif name == "subscribe" and key and not key.startswith("qrscene_"):
            key = "qrscene_" + key
        if not following and name != "subscribe":
            raise NotFollowing("还没有关注公众号")
        if name in ("subscribe", "unsubscribe"):
            self._world.followers.follow(self._follower.openid, following=name == "subscribe")
        system = name in ("subscribe", "unsubscribe")
        words = EVENT_WORDS.get(name, f"事件 {name}")
        return self._push(
            self._event(name, key),
            opens="tap" if name in TAPS else None,
            sender="system" if system else "follower",
            kind="event",
            step={"event": {"event": name, "key": key}},
            text=words if system or not key else f"{words}：{key}",
        )

    def _push(
        self,
        inbound: Inbound,
        *,
        opens: WindowKind | None,
        sender: Sender,
        kind: str,
        **fields: Any,
    ) -> Push:
        world, openid = self._world, self._follower.openid
        world.followers.acted(openid, opens)
        return world.pusher.send(
            inbound,
            log=lambda push: world.chat.add(openid, sender, kind, push=push, **fields),
        )

    def _head(self) -> dict[str, Any]:
        return {
            "to": self._world.config.original_id,
            "openid": self._follower.openid,
            "created": int(self._world.clock()),
        }

    def _message(self) -> dict[str, Any]:
        return {**self._head(), "msg_id": self._world.msg_ids.next()}

    # ---- messages: the record to push, and what the log shows ----

    def _text(self, given: Mapping[str, Any]) -> tuple[Inbound, dict[str, Any]]:
        content = given.get("content")
        if not isinstance(content, str) or not content:
            raise BadRequest("消息不能为空")
        return models.TextMessage(**self._message(), content=content), {"text": content}

    def _image(self, photo: bytes | None, *, original: bool) -> tuple[Inbound, dict[str, Any]]:
        """Send a photo, as it is where *original* (原图) says so: place, time and all."""
        data = photo or b"" if original else _photo(photo)
        media = self._keep("image", "image/jpeg", "photo.jpg", data)
        message = models.ImageMessage(
            **self._message(), media_id=media, pic_url=self._base_url + MEDIA_PATH + media
        )
        return message, {"media": MEDIA_PATH + media}

    def _voice(self, given: Mapping[str, Any]) -> tuple[Inbound, dict[str, Any]]:
        heard = str(given.get("recognition") or "")
        media = self._keep("voice", "audio/amr", "voice.amr", SILENCE)
        message = models.VoiceMessage(
            **self._message(), media_id=media, format="amr", recognition=heard
        )
        return message, {"text": heard}

    def _video(self, given: Mapping[str, Any]) -> tuple[Inbound, dict[str, Any]]:
        media = self._keep("video", "video/mp4", "video.mp4", FILM)
        title = str(given.get("title") or "")
        return models.VideoMessage(**self._message(), media_id=media), {"title": title}

    def _location(self, given: Mapping[str, Any]) -> tuple[Inbound, dict[str, Any]]:
        try:
            latitude = f"{float(given['latitude']):.6f}"
            longitude = f"{float(given['longitude']):.6f}"
        except (KeyError, TypeError, ValueError):
            raise BadRequest("位置需要经纬度") from None
        label = str(given.get("label") or "")
        message = models.LocationMessage(
            **self._message(), latitude=latitude, longitude=longitude, scale="16", label=label
        )
        return message, {"title": label, "description": f"{latitude}, {longitude}"}

    def _link(self, given: Mapping[str, Any]) -> tuple[Inbound, dict[str, Any]]:
        title, description, url = (
            str(given.get(name) or "") for name in ("title", "description", "url")
        )
        if not url.startswith(("http://", "https://")):
            raise BadRequest("链接要以 http:// 或 https:// 开头")
        message = models.LinkMessage(
            **self._message(), title=title, description=description, url=url
        )
        return message, {"title": title, "description": description, "url": url}

    def _keep(self, kind: str, mime: str, filename: str, data: bytes) -> str:
        return self._world.library.keep(data, kind=kind, mime=mime, filename=filename).id

    # ---- events ----

    def _event(self, name: str, key: str) -> Inbound:
        record, more = _EVENTS.get(name, (models.UnknownEvent, {}))
        if name in ("subscribe", "scan") and key:
            more = {"ticket": "ticket-" + key.removeprefix("qrscene_")}
        if name == "subscribe":
            more = {**more, "scene": key.removeprefix("qrscene_")}
        if record is models.ScanCodeEvent:
            more = {**more, "scan_result": key}
        return record(**self._head(), name=name, key=key, **more)


def _photo(data: bytes | None) -> bytes:
    """Return *data* as the JPEG WeChat makes of every photo sent."""
    try:
        with Image.open(BytesIO(data or b"")) as photo:
            picture = ImageOps.exif_transpose(photo).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise BadRequest("这不是一张能读的图片") from None
    picture.thumbnail((LARGEST_PHOTO_EDGE, LARGEST_PHOTO_EDGE))
    return encode(picture, form="jpeg", compression=88)
