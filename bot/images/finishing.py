"""A raw picture → what a follower gets: ratio, ground and title as asked for, and the labels."""

from dataclasses import dataclass

from PIL import Image

from bot.images import transparent
from bot.images.lettering import set_title
from bot.images.picture import decode, finished, turns
from bot.images.plain import correct_ground
from bot.images.shape import fit_ratio
from bot.images.wording import sets_title
from bot.models import ImageRequest


@dataclass(frozen=True, slots=True)
class Finished:
    """*flat* is the JPEG for the chat, *clear* the PNG one can see through, empty for none."""

    flat: bytes
    clear: bytes = b""


def finish(data: bytes, request: ImageRequest, *, produce_id: str, producer: str) -> Finished:
    """Return *data*, as a provider gave it, in the form that was asked for, labelled.

    Raises ProviderError as `picture.finish` does.
    """
    if request.transparent:
        sticker = transparent.finish(data, produce_id=produce_id, producer=producer)
        return Finished(sticker.flat.data, sticker.clear)
    with turns:
        image = bare(data, request)
        return Finished(finished(image, produce_id=produce_id, producer=producer).data)


def bare(data: bytes, request: ImageRequest) -> Image.Image:
    """Return the picture in the form that was asked for, before its labels. Needs a turn."""
    image = fit_ratio(decode(data), request.width, request.height)
    if request.ground:
        image = correct_ground(image, request.ground)[0]
    if not sets_title(request):
        return image
    face = request.face or "sans"
    return set_title(image, request.title, face=face, vertical=request.vertical)
