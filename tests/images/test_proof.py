"""The labels proven from a finished file: what bears both passes, what was tampered with not."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, PngImagePlugin

from bot.errors import Unlabelled
from bot.images import label, strip
from bot.images.picture import finish, finished
from tests.images.grounds import encoded, ground

PACKET = label.packet(produce_id="job-42", producer="huaxin")
SIZES = [(1024, 768), (300, 900), (128, 128), (64, 64)]
KINDS = ("white", "black", "gray", "red", "noise", "checks", "gradient")
Change = Callable[[Image.Image], None]


def burnt(kind: str, size: tuple[int, int]) -> Image.Image:
    image = ground(kind, *size)
    label.burn(image)
    return image


def jpeg(image: Image.Image, *, quality: int = 90, packet: bytes = PACKET, **more: int) -> bytes:
    options: dict[str, Any] = {"restart_marker_rows": 1, **more}
    return encoded(image, quality=quality, xmp=packet, **options)


def png(image: Image.Image, packet: bytes = PACKET) -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", packet.decode())
    return encoded(image, "PNG", pnginfo=text)


def refused(data: bytes, why: str) -> None:
    with pytest.raises(Unlabelled, match=why):
        label.verify(data)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_a_labelled_picture_is_proven_however_hard_it_was_coded(
    kind: str, size: tuple[int, int]
) -> None:
    image = burnt(kind, size)

    for quality in (95, 90, 74):
        label.verify(jpeg(image, quality=quality))
    label.verify(jpeg(image, quality=74, restart_marker_rows=0))
    label.verify(png(image))
    label.verify(encoded(image, "WEBP", quality=90, xmp=PACKET))
    label.verify(finish(encoded(ground(kind, *size)), produce_id="1", producer="h").data)


def test_what_does_not_bear_the_implicit_label_is_refused() -> None:
    image = burnt("gradient", (512, 512))
    whole = jpeg(image)

    for data in (
        jpeg(image, packet=b""),
        encoded(image),
        png(image, b"<x/>"),
        jpeg(image, packet=PACKET + PACKET),
        whole + PACKET,
        jpeg(image, packet=PACKET.replace(b'"ReservedCode2":""', b'"More":""')),
        jpeg(image, packet=PACKET.replace(b"&quot;", b"").replace(b'"', b"'")),
        whole.replace(b"ns/AIGC", b"ns/AIGX"),
        b"",
        PACKET,
    ):
        refused(data, "implicit")
    refused(whole[: -len(whole) // 20], "read back")


def painted(image: Image.Image) -> None:
    """Paint over a quarter of the label: one letter."""
    left, top, right, bottom = label.place(image.size)
    quarter = (right - left) // 4
    image.paste((127, 127, 127), (left + quarter, top, left + 2 * quarter, bottom))


def painted_over(image: Image.Image) -> None:
    image.paste((127, 127, 127), label.place(image.size))


def patterned_over(image: Image.Image) -> None:
    box = label.place(image.size)
    image.paste(ground("checks", box[2] - box[0], box[3] - box[1]), box)


def faded(image: Image.Image) -> None:
    box = label.place(image.size)
    image.paste(image.crop(box).point(lambda value: 100 + value // 4), box)


def inverted_letters(image: Image.Image) -> None:
    """Ink where the plate should be and plate where the ink."""
    box = label.place(image.size)
    half = (box[0], box[1], (box[0] + box[2]) // 2, box[3])
    image.paste(ImageChops.invert(image.crop(half)), half)


def elsewhere(image: Image.Image) -> None:
    """Move the label to the upper left corner."""
    box = label.place(image.size)
    mark = image.crop(box)
    painted_over(image)
    image.paste(mark, (5, 5))


def struck_through(image: Image.Image) -> None:
    left, top, right, bottom = label.place(image.size)
    height = bottom - top
    line = (left, top + 2 * height // 5, right, top + 3 * height // 5)
    ImageDraw.Draw(image).rectangle(line, fill="white")


def upside_down(image: Image.Image) -> None:
    box = label.place(image.size)
    image.paste(image.crop(box).transpose(Image.Transpose.ROTATE_180), box)


@pytest.mark.parametrize(
    "change",
    [
        *(painted, painted_over, patterned_over, faded, inverted_letters, elsewhere),
        *(struck_through, upside_down),
    ],
)
@pytest.mark.parametrize("size", [(900, 600), (256, 256)])
@pytest.mark.parametrize("kind", ["gray", "noise"])
def test_a_visible_label_that_was_tampered_with_is_refused(
    change: Change, size: tuple[int, int], kind: str
) -> None:
    image = burnt(kind, size)
    change(image)

    refused(jpeg(image), "visible")
    refused(png(image), "visible")


def test_a_picture_without_a_visible_label_is_refused() -> None:
    for kind in KINDS:
        refused(jpeg(ground(kind, 512, 512)), "visible")


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["gray", "noise", "gradient"]),
    st.sampled_from([512, 1024]),
    st.integers(-40, 40),
    st.integers(-40, 40),
)
def test_a_label_that_was_shifted_is_refused(kind: str, side: int, right: int, down: int) -> None:
    image = ImageChops.offset(burnt(kind, (side, side)), right, down)
    # A stroke's third is a tenth of the letters' height, and no eye tells it.
    letters = 0.051 * side
    if max(abs(right), abs(down)) < 0.03 * letters:
        label.verify(jpeg(image))
    elif max(abs(right), abs(down)) > 0.1 * letters:
        refused(jpeg(image), "visible")


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["gray", "noise"]), st.integers(300, 800), st.floats(0.2, 0.97))
def test_a_label_that_was_shrunk_is_refused(kind: str, side: int, share: float) -> None:
    """Letters under 5 % of the shorter side, wherever in the corner they stand."""
    image = burnt(kind, (side, side))
    box = label.place(image.size)
    mark = image.crop(box)
    small = mark.resize((round(share * mark.width), round(share * mark.height)))
    image.paste((127, 127, 127), box)
    image.paste(small, (box[2] - small.width, box[3] - small.height))

    refused(jpeg(image), "visible")


def test_a_picture_cut_or_enlarged_after_labelling_is_refused() -> None:
    image = burnt("gradient", (1024, 1024))
    wider = Image.new("RGB", (1400, 1400), "gray")
    wider.paste(image, (376, 376))

    refused(jpeg(wider), "visible")  # in the corner, and under 5 % now
    refused(jpeg(image.crop((0, 0, 1000, 1000))), "visible")
    refused(jpeg(image.transpose(Image.Transpose.ROTATE_90)), "visible")


@pytest.mark.parametrize("size", [(700, 999), (641, 263), (65, 1000)])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_the_lowest_rows_are_what_decoding_everything_gives(
    size: tuple[int, int], subsampling: int
) -> None:
    data = jpeg(ground("noise", *size), subsampling=subsampling)
    with Image.open(io.BytesIO(data)) as image:
        image.draft("L", image.size)
        whole = image.convert("L")

    for rows in (1, 50, 130, size[1]):
        found = strip.bottom(data, rows)
        assert found is not None
        assert min(rows, size[1]) <= found.height <= size[1]
        assert found.tobytes() == whole.crop((0, size[1] - found.height, *size)).tobytes()
    assert strip.bottom(data, 60) != whole


def test_without_restart_marks_rows_are_not_taken_out() -> None:
    image = ground("noise", 256, 256)

    for data in (
        encoded(image),
        encoded(image, progressive=True, restart_marker_rows=1),
        encoded(image, restart_marker_blocks=3),
        encoded(image.convert("L"), restart_marker_rows=1),
        encoded(image, "PNG"),
        b"\xff\xd8\xff\xc0\x00\x03",
        b"",
    ):
        assert strip.bottom(data, 30) is None


@given(width=st.integers(80, 700), height=st.integers(80, 1400), noise=st.integers(0, 100))
@settings(max_examples=40, deadline=None)
def test_what_we_label_is_never_refused_whatever_its_size(
    width: int, height: int, noise: int
) -> None:
    picture = finished(
        Image.effect_noise((width, height), noise).convert("RGB"), produce_id="1", producer="p"
    )

    label.verify(picture.data)
