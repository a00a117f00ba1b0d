"""WeChat's media endpoints: temporary media, permanent material, article pictures."""

import json
from dataclasses import dataclass

from flask import Blueprint, Response, request

from bot.sandbox import access
from bot.sandbox.bubbles import MEDIA_PATH
from bot.sandbox.media import Media
from bot.sandbox.refusal import Refusal
from bot.sandbox.world import world

bp = Blueprint("uploads", __name__, url_prefix="/cgi-bin")
bp.before_request(access.check)

MB = 1024 * 1024
MIMES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "amr": "audio/amr",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "wma": "audio/x-ms-wma",
    "mp4": "video/mp4",
}
EXTENSIONS = {"jpg": "jpeg", **{name: name for name in MIMES}}


@dataclass(frozen=True, slots=True)
class Rule:
    """What one type of media may be; *limit* is in bytes."""

    formats: tuple[str, ...]
    limit: int


TEMPORARY = {
    "image": Rule(("jpeg", "png", "gif"), 2 * MB),
    "voice": Rule(("amr", "mp3"), 2 * MB),
    "video": Rule(("mp4",), 10 * MB),
    "thumb": Rule(("jpeg",), 64 * 1024),
}
PERMANENT = {
    "image": Rule(("jpeg", "png", "gif", "bmp"), 10 * MB),
    "voice": Rule(("mp3", "wma", "wav", "amr"), 2 * MB),
    "video": Rule(("mp4",), 10 * MB),
    "thumb": Rule(("jpeg",), 64 * 1024),
}
ARTICLE = Rule(("jpeg", "png"), MB)


@bp.post("/media/upload")
def upload() -> Response:
    media = _received(TEMPORARY, permanent=False)
    name = "thumb_media_id" if media.kind == "thumb" else "media_id"
    return access.answer(**{"type": media.kind, name: media.id}, created_at=int(media.created_at))


@bp.get("/media/get")
def download() -> Response:
    media_id = request.args.get("media_id", "")
    if not media_id:
        raise Refusal(41006)
    media = world().library.valid(media_id)
    if media.permanent:
        raise Refusal(40007)
    if media.kind == "video":
        return access.answer(video_url=_address(media))
    response = Response(media.data, mimetype=media.mime)
    response.headers.set("Content-Disposition", "attachment", filename=media.filename or media.id)
    return response


@bp.post("/material/add_material")
def add_material() -> Response:
    if request.args.get("type") == "video":
        _check_description()
    media = _received(PERMANENT, permanent=True)
    more = {"url": _address(media)} if media.kind == "image" else {}
    return access.answer(media_id=media.id, **more)


@bp.post("/material/del_material")
def delete_material() -> Response:
    media_id = access.body().get("media_id")
    if not isinstance(media_id, str) or not media_id:
        raise Refusal(41006)
    world().library.delete(media_id)
    return access.done()


@bp.post("/media/uploadimg")
def upload_article_image() -> Response:
    return access.answer(url=_address(_kept("article", ARTICLE, permanent=True)))


def _address(media: Media) -> str:
    return request.host_url.rstrip("/") + MEDIA_PATH + media.id


def _received(rules: dict[str, Rule], *, permanent: bool) -> Media:
    kind = request.args.get("type", "")
    if kind not in rules:
        raise Refusal(40004)
    return _kept(kind, rules[kind], permanent=permanent)


def _kept(kind: str, rule: Rule, *, permanent: bool) -> Media:
    """Keep the part ``media``: a file name WeChat can read, and bytes that are what it says."""
    part = request.files.get("media")
    if part is None or not part.filename or not part.filename.isascii():
        raise Refusal(41005)
    data = part.stream.read()
    if not data:
        raise Refusal(44001)
    extension = part.filename.rpartition(".")[2].lower()
    found = _format(data)
    if EXTENSIONS.get(extension) not in rule.formats or found not in rule.formats:
        raise Refusal(40005)
    if len(data) > rule.limit:
        raise Refusal(40009 if kind in ("image", "article") else 40006)
    return world().library.keep(
        data, kind=kind, mime=MIMES[found], filename=part.filename, permanent=permanent
    )


def _check_description() -> None:
    try:
        given = json.loads(request.form.get("description", ""))
        good = isinstance(given["title"], str) and isinstance(given["introduction"], str)
    except (ValueError, KeyError, TypeError):
        good = False
    if not good:
        raise Refusal(40035)


def _format(data: bytes) -> str:
    """Tell a file's format by its first bytes, empty if it is none WeChat takes."""
    starts = {
        b"\xff\xd8\xff": "jpeg",
        b"\x89PNG\r\n\x1a\n": "png",
        b"GIF87a": "gif",
        b"GIF89a": "gif",
        b"BM": "bmp",
        b"#!AMR": "amr",
        b"ID3": "mp3",
        b"\xff\xfb": "mp3",
        b"\xff\xf3": "mp3",
        b"\x30\x26\xb2\x75": "wma",
    }
    for start, name in starts.items():
        if data.startswith(start):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    return "mp4" if data[4:8] == b"ftyp" else ""
