"""A file as an operator gives it → what is kept: told by its bytes, held to WeChat's limits."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from bot.editing import sounds
from bot.errors import Unfit

MB: Final = 1024 * 1024
MAX_NAME: Final = 80
LONGEST_VOICE: Final = 60.5  # seconds: a minute, and the last frame
# What WeChat takes (api_uploadtempmedia), in bytes. Pictures are drawn anew and made to fit.
LIMITS: Final = {"image": 10 * MB, "thumb": 10 * MB, "voice": 2 * MB, "video": 10 * MB}
# What a browser's file picker offers for each kind.
ENDS: Final = {
    "image": ".jpg,.jpeg,.png,.gif,.webp",
    "thumb": ".jpg,.jpeg,.png,.gif,.webp",
    "voice": ".mp3,.amr",
    "video": ".mp4",
}
_STARTS: Final = {
    b"\xff\xd8\xff": "image",
    b"\x89PNG\r\n\x1a\n": "image",
    b"GIF87a": "image",
    b"GIF89a": "image",
    b"#!AMR\n": "voice",
    b"ID3": "voice",
}
_MP3_SYNC: Final = frozenset((0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2))
_ENDS: Final = {"jpg": ("jpg", "jpeg"), "png": ("png",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """*extension* is what the bytes are; *still* says that an animation lost its movement."""

    kind: str
    extension: str
    data: bytes
    small: bytes = b""
    width: int = 0
    height: int = 0
    still: bool = False


def examine(data: bytes, *, thumb: bool = False) -> Upload:
    """Return what is to be kept of a file; *thumb*: a picture to be a music's cover.

    Raises:
        Unfit: with a sentence that says what to do.
    """
    kind = kind_of(data)
    if not data:
        raise Unfit(("文件是空的", {}))
    if not kind:
        said = "不认识这种文件：图片用 JPG、PNG、GIF、WebP，语音用 MP3、AMR，视频用 MP4"
        raise Unfit((said, {}))
    if thumb and kind != "image":
        raise Unfit(("音乐封面要用图片", {}))
    if len(data) > LIMITS[kind]:
        said = "文件有 %(size)s MB，微信最多收 %(most)s MB"
        raise Unfit((said, {"size": f"{len(data) / MB:.1f}", "most": LIMITS[kind] // MB}))
    if kind == "image":
        return _picture(data, thumb=thumb)
    if kind == "voice" and (length := sounds.seconds(data)) > LONGEST_VOICE:
        raise Unfit(("语音有 %(seconds)s 秒，微信最多收 60 秒", {"seconds": round(length)}))
    return Upload(kind=kind, extension=extension_of(data), data=data)


def _picture(data: bytes, *, thumb: bool) -> Upload:
    from bot.images import uploaded  # noqa: PLC0415 — Pillow is slow to load

    drawn = uploaded.draw(data, thumb=thumb)
    return Upload(
        kind="thumb" if thumb else "image",
        extension=extension_of(drawn.data),
        data=drawn.data,
        small=drawn.small,
        width=drawn.width,
        height=drawn.height,
        still=drawn.still,
    )


def kind_of(data: bytes) -> str:
    """Tell image, voice or video by the first bytes; empty for anything else."""
    for start, kind in _STARTS.items():
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image"
    if data[:1] == b"\xff" and data[1:2] and data[1] in _MP3_SYNC:
        return "voice"
    return "video" if data[4:8] == b"ftyp" else ""


def extension_of(data: bytes) -> str:
    """Return the file extension WeChat expects of what is kept."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data.startswith(b"\x89PNG"):
        return "png"
    if data.startswith(b"GIF8"):
        return "gif"
    if data.startswith(b"#!AMR"):
        return "amr"
    return "mp4" if data[4:8] == b"ftyp" else "mp3"


def clean(name: str) -> str:
    """Return a file's name without folders and characters nobody sees; perhaps nothing is left."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    seen = "".join(one for one in last if one == " " or unicodedata.category(one)[0] not in "CZ")
    return " ".join(seen.split())


def named(filename: str, extension: str) -> str:
    """Return the name an upload gets: the file's own, ended as its bytes demand."""
    name = clean(filename)
    stem, dot, end = name.rpartition(".")
    ends = _ENDS.get(extension, (extension,))
    if dot and end.lower() in ends:
        return _cut(stem, f".{end}")
    known = dot and end.lower() in {"jpg", "jpeg", "png", "gif", "webp", "mp3", "amr", "mp4", "m4a"}
    return _cut(stem if known else name, f".{extension}")


def _cut(stem: str, end: str) -> str:
    stem = stem.strip(". ") or "未命名"
    return stem[: MAX_NAME - len(end)].rstrip() + end


def free(name: str, taken: Callable[[str], bool]) -> str:
    """Return *name*, or the first of ``name-2``, ``name-3`` … that is not taken."""
    stem, dot, end = name.rpartition(".")
    number, tried = 2, name
    while taken(tried):
        suffix = f"-{number}{dot}{end}"
        tried, number = stem[: MAX_NAME - len(suffix)] + suffix, number + 1
    return tried
