"""Pictures without a ground (透明背景): a PNG by link, and the same flattened for the chat."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from bot.images import label, picture, plain

_LEAST_CLEAR = 0.01  # of the picture: less is a rounded corner, not a missing ground


@dataclass(frozen=True, slots=True)
class Sticker:
    """The same picture twice, both labelled twice.

    *clear* is empty where nothing could be made transparent: then there is only the flat one.
    *cut* says that the model drew a plain ground and we cut it away.
    """

    clear: bytes
    flat: picture.Picture
    cut: bool


def finish(
    data: bytes, *, produce_id: str, producer: str, max_bytes: int = picture.MAX_BYTES
) -> Sticker:
    """Return *data* as a labelled transparent PNG and as a labelled JPEG on white.

    A picture without transparency has its plain ground cut away, if it has one. Only the JPEG
    keeps to *max_bytes*. Raises ProviderError as `picture.finish` does.
    """
    with picture.turns:
        clear, cut = without_ground(data)
        flat = picture.finished(
            picture.rgb(clear), produce_id=produce_id, producer=producer, max_bytes=max_bytes
        )
        if not is_clear(clear):
            return Sticker(b"", flat, cut=False)
        label.burn_clear(clear)
        packet = label.packet(produce_id=produce_id, producer=producer)
        return Sticker(png(clear, packet), flat, cut=cut)


def without_ground(data: bytes) -> tuple[Image.Image, bool]:
    """Return the picture without its ground, and whether we had to cut it away. Needs a turn."""
    image = picture.decode(data, transparency=True)
    cut = None if is_clear(image) else plain.cut_out(picture.rgb(image))
    return (image, False) if cut is None else (cut, True)


def is_clear(image: Image.Image) -> bool:
    """Whether one can see through a part of *image* worth the name."""
    if image.mode != "RGBA":
        return False
    counts = image.getchannel("A").histogram()
    return sum(counts[:128]) >= _LEAST_CLEAR * sum(counts)


def png(image: Image.Image, packet: bytes) -> bytes:
    target = BytesIO()
    image.save(target, "PNG", pnginfo=label.chunks(packet))
    return target.getvalue()
