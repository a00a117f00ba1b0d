"""How long a voice lasts, told from its frames: WeChat takes at most a minute."""

from typing import Final

# Bytes of a frame of 20 ms by its type, AMR narrowband (RFC 4867, 3GPP TS 26.101).
_AMR: Final = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
_AMR_HEAD: Final = b"#!AMR\n"
# MPEG audio, layer III: kbit/s by index for version 1 and for 2 and 2.5; Hz by version.
_KBIT_1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_KBIT_2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_HERTZ: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_LAYER_3 = 1
_VERSION_1 = 3
_NO_RATE = 3


def seconds(data: bytes) -> float:
    """Return how long an AMR or MP3 plays; 0 where no frame is found."""
    return _amr(data) if data.startswith(_AMR_HEAD) else _mp3(data)


def _amr(data: bytes) -> float:
    place, frames = len(_AMR_HEAD), 0
    while place < len(data):
        place += _AMR[data[place] >> 3 & 15]
        frames += 1
    return frames * 0.02


def _mp3(data: bytes) -> float:
    place, total = _after_tag(data), 0.0
    while place + 4 <= len(data):
        size, length = _frame(data[place : place + 4])
        place += size or 1
        total += length
    return total


def _after_tag(data: bytes) -> int:
    """Return where the sound begins, behind an ID3 tag whose size is four times seven bits."""
    if not data.startswith(b"ID3") or len(data) < 10:  # noqa: PLR2004 — the tag's own head
        return 0
    first, second, third, fourth = (byte & 127 for byte in data[6:10])
    return 10 + (first << 21 | second << 14 | third << 7 | fourth)


def _frame(head: bytes) -> tuple[int, float]:
    """Return a frame's bytes and seconds, 0 and 0 where none begins."""
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate, hertz = head[2] >> 4, head[2] >> 2 & 3
    synced = head[0] == 255 and head[1] >= 224  # noqa: PLR2004 — eleven bits set
    if not synced or layer != _LAYER_3 or version not in _HERTZ or hertz == _NO_RATE:
        return 0, 0.0
    newest = version == _VERSION_1
    bits = (_KBIT_1 if newest else _KBIT_2)[rate] * 1000
    if not bits:
        return 0, 0.0
    samples, hz = (1152 if newest else 576), _HERTZ[version][hertz]
    return samples // 8 * bits // hz + (head[2] >> 1 & 1), samples / hz
