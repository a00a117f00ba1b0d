"""An unlabelled copy is the finished picture with the implicit label, and nothing else."""

from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from bot.errors import ProviderError, Unlabelled
from bot.images import label, unlabelled
from bot.models import ImageRequest

OWN = {"produce_id": "1-ab", "producer": "wx0123456789abcdef"}


def drawn(form: str = "PNG", ground: str = "teal") -> bytes:
    image = Image.new("RGB", (512, 384), ground)
    ImageDraw.Draw(image).ellipse((150, 100, 350, 300), fill="orange")
    target = BytesIO()
    image.save(target, form, xmp=b"<x/>") if form == "JPEG" else image.save(target, form)
    return target.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_it_has_the_implicit_label_and_a_bare_corner(form: str) -> None:
    request = ImageRequest(prompt="x", width=512, height=384)
    made = unlabelled.copy(drawn(form), request, **OWN)

    written = label.read(made)
    assert written is not None
    assert (written["Label"], written["ProduceID"]) == ("1", "1-ab")
    with pytest.raises(Unlabelled, match="visible"):
        label.verify(made)
    with Image.open(BytesIO(made)) as image:
        assert (image.format, image.size) == ("JPEG", (512, 384))
        assert image.getpixel((500, 372)) == pytest.approx((0, 128, 128), abs=6)


def test_a_sticker_stays_clear() -> None:
    request = ImageRequest(prompt="x", width=512, height=384, transparent=True)
    made = unlabelled.copy(drawn(ground="white"), request, **OWN)

    assert label.read(made) is not None
    with Image.open(BytesIO(made)) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA")
        assert image.getchannel("A").getpixel((5, 5)) == 0


def test_a_damaged_one_is_refused() -> None:
    with pytest.raises(ProviderError):
        unlabelled.copy(drawn()[:900], ImageRequest(prompt="x"), **OWN)
