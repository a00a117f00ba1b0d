"""WeChat's API: wechatpy's client with its transport, its token and its errors made safe."""

import json
import logging
import re
import time
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import PurePath
from time import monotonic
from typing import Any, Self
from urllib.parse import urlencode

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.filepost import encode_multipart_formdata
from wechatpy import WeChatClient

from bot.counts import WECHAT_CALLS, Counts
from bot.errors import WeChatError
from bot.models import Reply
from bot.settings import Settings
from bot.wechat.custom import custom_message
from bot.wechat.errcodes import Kind, hint, kind, outcome
from bot.wechat.tokens import AccessToken, Shared
from bot.wechat.transport import MAX_ANSWER, Transport

TYPING_DEADLINE = 2.0  # seconds
BUSY_PAUSES = (0.3, 1.0)  # seconds before the second and the third try

# What an answer must hold, one of them, to count as a success; some only say that all is well.
_EXPECTED = {
    **dict.fromkeys(
        (
            "message/custom/send",
            "message/custom/typing",
            "material/del_material",
            "menu/create",
            "menu/delete",
        ),
        ("errcode",),
    ),
    "stable_token": ("access_token",),
    "media/upload": ("media_id", "thumb_media_id"),
    "material/add_material": ("media_id",),
    "menu/get": ("menu",),
    "get_current_selfmenu_info": ("is_menu_open", "selfmenu_info"),
    "getcallbackip": ("ip_list",),
    "get_current_autoreply_info": ("is_autoreply_open",),
    "openapi/quota/get": ("quota",),
    "media/get": ("content",),
}
# What is answered with a file, errors apart, and the most bytes of it.
_FILES = {"media/get": 12 * 1024 * 1024}
_MESSAGE_LIMIT = 200
_RID = re.compile(r"\brid:? ?([0-9A-Za-z-]{1,64})")
_UNSAFE = re.compile("[^0-9A-Za-z._-]")
_log = logging.getLogger(__name__)


class WeChat(WeChatClient):  # type: ignore[misc]  # wechatpy ships no types
    """One account's API; one per process, shared by its threads. *shared* holds its token for all.

    Every failure is a WeChatError. No call lasts longer than its deadline, renewing the token and
    trying again included, but for DNS and further addresses of a host that does not answer.
    """

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        *,
        api_base: str = "https://api.weixin.qq.com",
        connect_timeout: float = 3.0,
        read_timeout: float = 10.0,
        deadline: float = 15.0,
        upload_deadline: float = 60.0,
        counts: Counts | None = None,
        shared: Shared | None = None,
    ) -> None:
        super().__init__(app_id, app_secret, auto_retry=False)
        self._transport = Transport(
            api_base,
            authorities=DEFAULT_CA_BUNDLE_PATH,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
        )
        self._token = AccessToken(self._ask_token, shared=shared)
        self._deadline = deadline
        self._counts = counts or Counts()
        self._upload_deadline = upload_deadline

    @classmethod
    def of(
        cls, settings: Settings, counts: Counts | None = None, shared: Shared | None = None
    ) -> Self:
        return cls(
            settings.wechat_app_id,
            settings.wechat_app_secret,
            api_base=settings.wechat_api_base,
            counts=counts,
            shared=shared,
        )

    # ---- what the bot does ----

    def send(self, openid: str, reply: Reply, *, ai: bool = False) -> None:
        """Push *reply* as a custom message, marked as made by AI where *ai* is true."""
        message = {"touser": openid, **custom_message(reply)}
        if ai:
            message["aimsgcontext"] = {"is_ai_msg": 1}
        self.post("message/custom/send", data=message)

    def typing(self, openid: str) -> None:
        """Show 对方正在输入… for 15 s, or until the next message; never worth waiting for."""
        asked = {"touser": openid, "command": "Typing"}
        self.post("message/custom/typing", data=asked, patience=TYPING_DEADLINE)

    def upload_temporary(self, kind: str, filename: str, data: bytes, mime: str) -> str:
        """Upload for three days; return the media id."""
        return _media_id(self.media.upload(kind, (_UNSAFE.sub("_", filename), data, mime)))

    def media_get(self, media_id: str) -> bytes:
        """Return the file a follower sent (api_getmedia): a photo, 12 MB at most.

        WeChat keeps it for three days; then, or for an id of another account's, it answers 40007.
        """
        found: bytes = self.get("media/get", params={"media_id": media_id})["content"]
        return found

    def upload_permanent(self, kind: str, filename: str, data: bytes, mime: str) -> str:
        """Upload until deleted; return the media id."""
        files: dict[str, Any] = {"media": (_UNSAFE.sub("_", filename), data, mime)}
        if kind == "video":
            described = {"title": PurePath(filename).stem, "introduction": ""}
            files["description"] = json.dumps(described, ensure_ascii=False)
        answer = self.post("material/add_material", params={"type": kind}, files=files)
        return _media_id(answer)

    def delete_permanent(self, media_id: str) -> None:
        self.material.delete(media_id)

    def menu_create(self, menu: Mapping[str, Any]) -> None:
        self.menu.create(dict(menu))

    def menu_delete(self) -> None:
        self.menu.delete()

    def menu_current(self) -> dict[str, Any]:
        """Return the menu followers see, made by API or in WeChat's own console."""
        found: dict[str, Any] = self.get("get_current_selfmenu_info")
        return found

    def autoreply(self) -> dict[str, Any]:
        """Return the automatic replies that were set up in WeChat's own console."""
        told: dict[str, Any] = self.message.get_autoreply_info()
        return told

    def callback_ips(self) -> list[str]:
        """Return the addresses WeChat pushes from."""
        return [str(address) for address in self.misc.get_wechat_ips()]

    # ---- what wechatpy calls ----

    @property
    def access_token(self) -> str:
        return self._token.get(end=monotonic() + self._deadline)

    def fetch_access_token(self) -> str:
        return self.access_token

    def _request(self, method: str, url_or_endpoint: str, **options: Any) -> Any:
        """Make a call under ``/cgi-bin/`` and return its answer, through *result_processor* if any.

        A token WeChat refuses is renewed once and the call made once more. *patience* in seconds
        is a deadline of its own.
        """
        process = options.pop("result_processor", None)
        large = options.get("files") or url_or_endpoint in _FILES
        usual = self._upload_deadline if large else self._deadline
        patience: float = options.pop("patience", usual)
        end = monotonic() + patience
        token = self._token.get(end=end)
        answer = self._unless_refused(method, url_or_endpoint, token, end=end, **options)
        if answer is None:
            token = self._token.renew(token, end=end)
            try:
                answer = self._patiently(method, url_or_endpoint, token, end=end, **options)
            except WeChatError as error:
                if kind(error.code) is Kind.TOKEN:
                    self._token.distrust(token, error)
                raise
        return process(answer) if process else answer

    # ---- one call ----

    def _ask_token(self, *, force: bool, end: float) -> tuple[str, int]:
        asked = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
            "force_refresh": force,
        }
        answer = self._patiently("post", "stable_token", "", end=end, data=asked)
        value, seconds = answer["access_token"], answer.get("expires_in")
        if not isinstance(value, str) or not value or not isinstance(seconds, int):
            raise WeChatError(0, "stable_token: unusable answer")
        return value, seconds

    def _unless_refused(
        self, method: str, endpoint: str, token: str, *, end: float, **options: Any
    ) -> dict[str, Any] | None:
        """Return the answer, None where *token* is refused."""
        try:
            return self._patiently(method, endpoint, token, end=end, **options)
        except WeChatError as error:
            if kind(error.code) is not Kind.TOKEN:
                raise
        return None

    def _patiently(
        self, method: str, endpoint: str, token: str, *, end: float, **options: Any
    ) -> dict[str, Any]:
        """Return the answer, trying again while WeChat says that it is busy."""
        for pause in BUSY_PAUSES:
            try:
                return self._once(method, endpoint, token, end=end, **options)
            except WeChatError as error:
                if kind(error.code) is not Kind.BUSY or monotonic() + pause >= end:
                    raise
            time.sleep(pause)
        return self._once(method, endpoint, token, end=end, **options)

    def _once(
        self,
        method: str,
        endpoint: str,
        token: str,
        *,
        end: float,
        params: Mapping[str, str] | None = None,
        data: Any = None,
        files: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        query = {**(params or {}), **({"access_token": token} if token else {})}
        path = f"/cgi-bin/{endpoint}" + (f"?{urlencode(query)}" if query else "")
        body, headers = _encode(data, files)
        try:
            status, answer = self._transport.exchange(
                method.upper(),
                path,
                body=body,
                headers=headers,
                end=end,
                most=_FILES.get(endpoint, MAX_ANSWER),
            )
            told = _decode(status, answer, endpoint, secrets=(self.secret, token))
        except WeChatError as error:
            self._counts.add(WECHAT_CALLS, endpoint, outcome(error.code))
            _log.warning("wechat %s: %s (%s)", endpoint, error, hint(error.code))
            raise
        self._counts.add(WECHAT_CALLS, endpoint, "ok")
        return told


def _encode(data: Any, files: Mapping[str, Any] | None) -> tuple[bytes, dict[str, str]]:
    if files:
        body, content_type = encode_multipart_formdata(files)
        return body, {"Content-Type": content_type}
    if data is None:
        return b"", {}
    # Raw UTF-8: WeChat refuses \uXXXX (40033). Lone surrogates have no bytes and are dropped.
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return text.encode(errors="ignore"), {"Content-Type": "application/json"}


def _decode(status: int, body: bytes, endpoint: str, *, secrets: tuple[str, ...]) -> dict[str, Any]:
    """Return the answer if it is a success; raise WeChatError, not ``sent`` if WeChat refused.

    A file is the answer's ``content``; what refuses it is JSON, with status 200 too.
    """
    if endpoint in _FILES and status == HTTPStatus.OK and body and not body.startswith(b"{"):
        return {"content": body}
    try:
        answer = json.loads(body.decode(errors="replace"), strict=False)
    except (ValueError, RecursionError):
        answer = None
    code = answer.get("errcode", 0) if isinstance(answer, dict) else None
    if type(code) is not int or (code == 0 and status != HTTPStatus.OK):
        raise WeChatError(0, f"HTTP {status}, not an answer of WeChat's", sent=True)
    assert isinstance(answer, dict)
    if code:
        raise _refusal(code, str(answer.get("errmsg", "")), secrets)
    expected = _EXPECTED.get(endpoint)
    if expected and not any(key in answer for key in expected):
        raise WeChatError(0, "the answer lacks what was asked for", sent=True)
    return answer


def _refusal(code: int, message: str, secrets: tuple[str, ...]) -> WeChatError:
    rid = _RID.search(message)
    message = _RID.sub("", message)
    for secret in filter(None, secrets):
        message = message.replace(secret, "***")
    printable = "".join(character for character in message if character.isprintable())
    return WeChatError(code, printable[:_MESSAGE_LIMIT].strip(), rid=rid[1] if rid else "")


def _media_id(answer: Mapping[str, Any]) -> str:
    media_id = answer.get("media_id") or answer.get("thumb_media_id")
    if not isinstance(media_id, str) or not media_id:
        raise WeChatError(0, "the answer lacks a media id", sent=True)
    return media_id
