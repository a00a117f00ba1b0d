"""A copy without the visible label, for who has taken the duty to label it upon themselves."""

from io import BytesIO

from bot.errors import Unlabelled
from bot.images import finishing, label, transparent
from bot.images.picture import rgb, turns
from bot.models import ImageRequest

QUALITY = 95


def copy(data: bytes, request: ImageRequest, *, produce_id: str, producer: str) -> bytes:
    """Return *data*, as a provider gave it, finished as asked for, with the implicit label only.

    A JPEG; a PNG where one can see through it.

    Raises:
        ProviderError: the picture is damaged.
        Unlabelled: the implicit label did not get into the file.
    """
    packet = label.packet(produce_id=produce_id, producer=producer)
    with turns:
        made = _clear(data, packet) if request.transparent else b""
        if not made:
            target = BytesIO()
            image = rgb(finishing.bare(data, request))
            image.save(target, "JPEG", quality=QUALITY, xmp=packet)
            made = target.getvalue()
    if label.read(made) is None:
        raise Unlabelled("the implicit label is missing, doubled or malformed")
    return made


def _clear(data: bytes, packet: bytes) -> bytes:
    image, _cut = transparent.without_ground(data)
    return transparent.png(image, packet) if transparent.is_clear(image) else b""
