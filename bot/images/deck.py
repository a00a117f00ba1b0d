"""Image decks (图像PPT): a full-bleed labelled picture on every page, as PPTX and as PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from fpdf import FPDF

from bot.errors import Unlabelled
from bot.images import label, presentation
from bot.images.decks import SHAPE
from bot.images.picture import finished, turns
from bot.images.points import Page
from bot.images.presentation import Slide, centred, clean, described
from bot.images.sheet import blank

AUTHOR = "AI生成"
_POINTS = (960.0, 540.0)  # of a PDF's page: 13⅓ × 7½ inches, as a PPTX's


@dataclass(frozen=True, slots=True, kw_only=True)
class Deck:
    """Both files of one deck."""

    pptx: bytes
    pdf: bytes


def bind(
    pictures: Sequence[bytes | None],
    pages: Sequence[Page],
    *,
    topic: str,
    made: datetime,
    produce_id: str,
    producer: str,
) -> Deck:
    """Return the finished *pictures* of *pages* as both files, every one as it is.

    None is a page that was not drawn, and it says so. *made* has a time zone; the same arguments
    give the same bytes. The files themselves carry the implicit label too (GB 45438, 6.1): a PDF
    as XMP, a PPTX as its document property AIGC.

    Raises:
        Unlabelled: a page's picture is not labelled both ways.
    """
    slides = [
        Slide(
            picture=_picture(picture, number, produce_id=produce_id, producer=producer),
            title=clean(page.title) or f"第{number}页",
            text=clean(page.text),
        )
        for number, (picture, page) in enumerate(zip(pictures, pages, strict=True), 1)
    ]
    said = label.content(produce_id=produce_id, producer=producer)
    title = clean(topic).replace("\n", " ")
    deck = Deck(
        pptx=presentation.pptx(slides, title=title, author=AUTHOR, made=made, said=said),
        pdf=_pdf(slides, title=title, made=made, said=said),
    )
    # Their pictures were proven one by one; what leaves is these files.
    if not all(slide.picture in data for slide in slides for data in (deck.pptx, deck.pdf)):
        raise Unlabelled("a page's picture is not in the file as it was made")
    return deck


def _picture(data: bytes | None, number: int, *, produce_id: str, producer: str) -> bytes:
    if data is None:
        with turns:
            image = blank(SHAPE, number=number, counter="页")
            own = f"{produce_id}-{number}"
            data = finished(image, produce_id=own, producer=producer).data
    label.verify(data)
    return data


def _pdf(slides: Sequence[Slide], *, title: str, made: datetime, said: str) -> bytes:
    document = FPDF(unit="pt", format=(_POINTS[1], _POINTS[0]), orientation="landscape")
    document.set_margin(0)
    document.set_auto_page_break(auto=False)
    document.set_title(title)
    document.set_author(AUTHOR)
    document.set_keywords(AUTHOR)
    document.set_lang("zh-CN")
    document.set_creation_date(made)
    document.set_xmp_metadata(label.description(said))
    for slide in slides:
        document.add_page()
        document.start_section(slide.title)
        left, top, width, height = centred(slide.picture, _POINTS)
        picture = BytesIO(slide.picture)
        document.image(picture, left, top, width, height, alt_text=described(slide))
    return bytes(document.output())
