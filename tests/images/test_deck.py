"""A deck's PPTX and PDF, read back with other people's readers."""

import io
import json
import posixpath
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pypdf import PdfReader
from pypdf.generic import StreamObject

from bot.errors import Unlabelled
from bot.images import label
from bot.images.deck import Deck, bind
from bot.images.picture import finish
from bot.images.points import Page
from tests.images.grounds import encoded, ground

Keep = Callable[[str, Any], None]
MADE = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
PAGES = (
    Page(title="城市的未来", text="封面\n夜色"),
    Page(title="<b>交通</b> & “飞行”\x01汽车😀", text="浮空船\x0b和\ufffe行人\u3000" * 30),
    Page(title="", text=""),
    Page(title="方图", text="结尾"),
)


def made(kind: str, size: tuple[int, int] = (1536, 864)) -> bytes:
    return finish(encoded(ground(kind, *size)), produce_id=kind, producer="huaxin").data


@pytest.fixture(name="pictures", scope="module")
def _pictures() -> list[bytes | None]:
    return [made("gradient"), made("red"), None, made("gradient", (1024, 1024))]


@pytest.fixture(name="deck", scope="module")
def _deck(pictures: list[bytes | None]) -> Deck:
    return bound(pictures)


def bound(pictures: list[bytes | None]) -> Deck:
    return bind(
        pictures,
        PAGES,
        topic="城市的\n未来" * 60,
        made=MADE,
        produce_id="deck-1",
        producer="huaxin",
    )


def whole_label(content: str) -> None:
    """Hold the file's own implicit label against GB 45438, 6.1 and appendix E."""
    said = json.loads(content)
    assert tuple(said) == label.KEYS
    assert (said["Label"], said["ProduceID"], said["ContentProducer"]) == ("1", "deck-1", "huaxin")
    assert all(isinstance(value, str) for value in said.values())


def test_every_slide_is_its_labelled_picture_with_title_notes_and_alternative_text(
    deck: Deck, pictures: list[bytes | None], keep_picture: Keep
) -> None:
    keep_picture("deck.pptx", deck.pptx)
    document = Presentation(io.BytesIO(deck.pptx))
    assert document.slide_width is not None
    assert document.slide_height is not None
    assert document.slide_width * 9 == document.slide_height * 16

    slides = list(document.slides)
    assert len(slides) == 4
    for slide, given in zip(slides, pictures, strict=True):
        (shown,) = [one for one in slide.shapes if one.shape_type == MSO_SHAPE_TYPE.PICTURE]
        label.verify(shown.image.blob)
        assert given is None or shown.image.blob == given
        (said,) = shown.element.xpath("./p:nvPicPr/p:cNvPr/@descr")
        assert slide.shapes.title is not None
        assert said == f"{slide.shapes.title.text}（AI生成的图片）"
        # The title lies under the picture and nothing lies over it.
        assert list(slide.shapes)[-1].shape_id == shown.shape_id
        full = (0, 0, document.slide_width, document.slide_height)
        square = (2_667_000, 0, 6_858_000, 6_858_000)
        box = (shown.left, shown.top, shown.width, shown.height)
        assert box == (square if slide is slides[3] else full)
    titles = [slide.shapes.title.text for slide in slides if slide.shapes.title]
    assert titles == ["城市的未来", "<b>交通</b> & “飞行” 汽车😀", "第3页", "方图"]
    notes = [slide.notes_slide.notes_text_frame for slide in slides]
    assert [note.text for note in notes if note][::3] == ["封面\n夜色", "结尾"]
    assert notes[1] is not None
    assert notes[1].text.startswith("浮空船 和 行人")


def test_the_pptx_says_what_it_is_in_its_properties(deck: Deck) -> None:
    properties = Presentation(io.BytesIO(deck.pptx)).core_properties

    assert properties.title.startswith("城市的 未来城市的 未来")
    assert len(properties.title) == 255
    assert (properties.author, properties.last_modified_by) == ("AI生成", "AI生成")
    assert properties.created == MADE.replace(tzinfo=None)
    with zipfile.ZipFile(io.BytesIO(deck.pptx)) as package:
        assert package.testzip() is None
        own = package.read("docProps/custom.xml").decode()
        kinds = package.read("[Content_Types].xml").decode()
        relations = package.read("_rels/.rels").decode()
        pictures = [name for name in package.namelist() if name.endswith((".jpg", ".jpeg"))]
    found = re.findall(r'name="([^"]*AIGC[^"]*)"><vt:lpwstr>([^<]*)<', own)
    assert [name for name, _ in found] == ["AIGC"]
    whole_label(unescape(found[0][1]))
    assert 'PartName="/docProps/custom.xml"' in kinds
    assert "docProps/custom.xml" in relations
    # No picture is in it but the pages': the template brings one of its own.
    assert {posixpath.dirname(name) for name in pictures} == {"ppt/media"}
    assert len(pictures) == 4


def test_every_page_of_the_pdf_is_its_labelled_picture_as_it_is(
    deck: Deck, pictures: list[bytes | None], keep_picture: Keep
) -> None:
    keep_picture("deck.pdf", deck.pdf)
    document = PdfReader(io.BytesIO(deck.pdf), strict=True)

    assert len(document.pages) == 4
    for page, given in zip(document.pages, pictures, strict=True):
        assert (float(page.mediabox.width), float(page.mediabox.height)) == (960, 540)
        (shown,) = page.images
        assert shown.indirect_reference is not None
        stream = shown.indirect_reference.get_object()
        assert isinstance(stream, StreamObject)
        # What is in the file: pypdf's own picture is coded anew.
        assert str(stream["/Filter"]) == "/DCTDecode"
        label.verify(stream._data)
        assert given is None or stream._data == given
    assert [one.title for one in document.outline if not isinstance(one, list)] == [
        *("城市的未来", "<b>交通</b> & “飞行” 汽车😀", "第3页", "方图")
    ]


def test_the_pdf_says_what_it_is_in_its_properties(deck: Deck) -> None:
    document = PdfReader(io.BytesIO(deck.pdf), strict=True)
    assert document.metadata is not None
    assert str(document.metadata.title).startswith("城市的 未来")
    assert document.metadata.author == "AI生成"
    assert document.metadata.creation_date == MADE
    stream = document.root_object["/Metadata"].get_object()
    assert isinstance(stream, StreamObject)
    metadata = stream.get_data().decode()

    assert metadata.count("<TC260:AIGC>") == 1
    whole_label(unescape(metadata.split("<TC260:AIGC>")[1].split("</TC260:AIGC>")[0]))


def test_the_same_deck_is_the_same_bytes(deck: Deck, pictures: list[bytes | None]) -> None:
    assert bound(pictures) == deck


def test_a_page_without_its_label_binds_no_deck(pictures: list[bytes | None]) -> None:
    bare = encoded(Image.new("RGB", (1536, 864), "red"))

    with pytest.raises(Unlabelled):
        bound([*pictures[:3], bare])
