"""A copy without the visible label, for who has taken the duty to label it upon themselves."""

from io import BytesIO

from bot.errors import Unlabelled
from bot.images import label
from bot.images.picture import decode, turns

QUALITY = 95


def copy(data: bytes, *, produce_id: str, producer: str) -> bytes:
    """Return the picture in *data*, as a provider gave it, as a JPEG with the implicit label only.

    Raises:
        ProviderError: the picture is damaged.
        Unlabelled: the implicit label did not get into the file.
    """
    packet = label.packet(produce_id=produce_id, producer=producer)
    target = BytesIO()
    with turns:
        decode(data).save(target, "JPEG", quality=QUALITY, xmp=packet)
    made = target.getvalue()
    if label.read(made) is None:
        raise Unlabelled("the implicit label is missing, doubled or malformed")
    return made
