"""GB 45438-2025: the visible label (5.2) and the implicit one (6.1, appendix E)."""

import io
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter, PngImagePlugin

from bot.images import label
from tests.images.grounds import encoded, ground

GROUNDS = ("white", "black", "gray", "red", "noise", "checks", "gradient")


def mark(image: Image.Image) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """Return *image* labelled, and the box of the pixels that changed."""
    labelled = image.copy()
    label.burn(labelled)
    box = ImageChops.difference(image, labelled).getbbox()
    assert box is not None
    return labelled, box


def letters(size: tuple[int, int]) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """Return where black letters stand on a white picture of *size*, and their box."""
    labelled, _ = mark(Image.new("RGB", size, "white"))
    ink = labelled.convert("L").point(lambda value: 255 if value < 64 else 0)
    box = ink.getbbox()
    assert box is not None
    return ink, box


def luminance(pixel: tuple[int, ...]) -> float:
    """Return a pixel's relative luminance (WCAG 2)."""
    linear = [
        value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4
        for value in pixel
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    "size",
    [
        *((1024, 1024), (1536, 1024), (864, 1536), (1968, 656), (656, 1968), (3840, 2160)),
        *((700, 999), (256, 256), (64, 192), (64, 64)),
    ],
)
def test_every_letter_is_five_percent_of_the_shorter_side_high(size: tuple[int, int]) -> None:
    ink, (left, top, right, bottom) = letters(size)
    # "A" is the first fifth of the label.
    capital = ink.crop((left, top, left + (right - left) // 5, bottom)).getbbox()

    assert capital is not None
    assert capital[3] - capital[1] >= 0.05 * min(size)
    assert bottom - top >= 0.05 * min(size)
    # Not more than it must: a picture is looked at for the picture.
    assert bottom - top <= max(0.08 * min(size), 14)


@pytest.mark.parametrize("size", [(1024, 1024), (1968, 656), (656, 1968), (64, 64)])
def test_the_label_stands_in_the_lower_right_corner(size: tuple[int, int]) -> None:
    _, box = mark(Image.new("RGB", size, "gray"))
    margin = max(0.05 * min(size), 4)

    assert size[0] - margin <= box[2] <= size[0]
    assert size[1] - margin <= box[3] <= size[1]
    assert box[0] >= 0
    assert box[3] - box[1] <= max(0.12 * min(size), 20)


@pytest.mark.parametrize("kind", GROUNDS)
@pytest.mark.parametrize("size", [(1024, 1024), (256, 256)])
def test_the_label_is_legible_on_any_ground(kind: str, size: tuple[int, int]) -> None:
    """Contrast of the letters against every pixel of the plate around them: 4.5:1 (WCAG AA)."""
    labelled, _ = mark(ground(kind, *size))
    ink, box = letters(size)
    # Two pixels away from the letters their soft edge has ended.
    plate = ink.point(lambda value: 255 - value).crop(box).filter(ImageFilter.MinFilter(5))
    flat = labelled.crop(box).tobytes()
    colours = list(zip(flat[::3], flat[1::3], flat[2::3], strict=True))
    solid = ink.crop(box).tobytes()
    around = [
        luminance(colour)
        for colour, clear in zip(colours, plate.tobytes(), strict=True)
        if clear == 255
    ]
    inked = sorted(
        luminance(colour) for colour, on in zip(colours, solid, strict=True) if on == 255
    )
    typical = inked[len(inked) // 2]
    worst = min((max(typical, other) + 0.05) / (min(typical, other) + 0.05) for other in around)

    assert worst >= 4.5


def test_the_packet_holds_the_seven_keys_and_nothing_else() -> None:
    packet = label.packet(produce_id="job-42", producer="huaxin").decode()
    content = packet.split("<TC260:AIGC>")[1].split("</TC260:AIGC>")[0]

    assert json.loads(content) == {
        "Label": "1",
        "ContentProducer": "huaxin",
        "ProduceID": "job-42",
        "ReservedCode1": "",
        "ContentPropagator": "huaxin",
        "PropagateID": "job-42",
        "ReservedCode2": "",
    }
    assert 'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"' in packet
    assert packet.count("AIGC>") == 2


@pytest.mark.parametrize("value", ["画信", "a\nb", "a\x7f"])
def test_values_beyond_printable_ascii_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        label.packet(produce_id=value, producer="huaxin")
    with pytest.raises(ValueError, match="printable ASCII"):
        label.packet(produce_id="1", producer=value)


PRINTABLE = st.text(alphabet=[chr(code) for code in range(0x20, 0x7F)], max_size=60)
TINY = Image.new("RGB", (1, 1))


@settings(max_examples=2000, deadline=None)
@given(PRINTABLE, PRINTABLE)
def test_what_is_written_is_read_back(produce_id: str, producer: str) -> None:
    packet = label.packet(produce_id=produce_id, producer=producer)
    found = label.read(encoded(TINY, xmp=packet))

    assert found is not None
    assert (found["ProduceID"], found["PropagateID"]) == (produce_id, produce_id)
    assert (found["ContentProducer"], found["ContentPropagator"]) == (producer, producer)
    assert tuple(found) == label.KEYS


def test_the_label_of_png_and_webp_is_read_too() -> None:
    packet = label.packet(produce_id="1", producer="huaxin")
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", packet.decode())

    assert label.read(encoded(TINY, "PNG", pnginfo=text)) is not None
    assert label.read(encoded(TINY, "WEBP", xmp=packet)) is not None


def _packet(content: str) -> bytes:
    whole = label.packet(produce_id="1", producer="h").decode()
    before, rest = whole.split("<TC260:AIGC>")
    return f"{before}<TC260:AIGC>{content}</TC260:AIGC>{rest.split('</TC260:AIGC>')[1]}".encode()


@pytest.mark.parametrize(
    "content",
    [
        *("", "no JSON", "[]", '{"Label":"1"}'),
        json.dumps(dict.fromkeys(label.KEYS, 1)),
        json.dumps({"AIGC": dict.fromkeys(label.KEYS, "")}),
    ],
)
def test_another_label_is_none(content: str) -> None:
    assert label.read(encoded(TINY, xmp=_packet(content))) is None


def test_no_label_two_labels_and_no_picture_are_none() -> None:
    packet = label.packet(produce_id="1", producer="huaxin")

    assert label.read(encoded(TINY)) is None
    assert label.read(encoded(TINY, xmp=packet + packet)) is None
    assert label.read(encoded(TINY, xmp=packet, comment=packet)) is None
    assert label.read(packet) is None
    assert label.read(b"") is None


def test_labelling_in_many_threads_gives_the_same_picture() -> None:
    label._stencils.cache_clear()
    sizes = [(200 + 10 * step, 300) for step in range(8)] * 4

    def burnt(size: tuple[int, int]) -> bytes:
        target = io.BytesIO()
        mark(Image.new("RGB", size, "gray"))[0].save(target, "PNG")
        return target.getvalue()

    with ThreadPoolExecutor(32) as pool:
        together = list(pool.map(burnt, sizes))

    assert together == [burnt(size) for size in sizes]
