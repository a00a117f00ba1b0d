"""PPTX files: a picture a slide, its text in the speaker's notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from PIL import Image
from pptx import Presentation
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.presentation import Presentation as Document
from pptx.util import Emu

LONGEST = 255  # characters of a document property, and plenty for a title

_SIZE = (12_192_000, 6_858_000)  # EMU: 13⅓ × 7½ inches, PowerPoint's own 16:9
_TITLE_ONLY = 5  # among the layouts of python-pptx's template
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # a ZIP's
# ECMA-376, part 1, 22.3: every property has this format id, and numbers begin at 2.
_PROPERTIES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"'
    ' xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
    '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="AIGC">'
    "<vt:lpwstr>%s</vt:lpwstr></property></Properties>"
)
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide:
    """A finished JPEG, and the title and text that go with it, both `clean`."""

    picture: bytes
    title: str
    text: str


def pptx(slides: Sequence[Slide], *, title: str, author: str, made: datetime, said: str) -> bytes:
    """Return a 16:9 presentation; *said* is what its property AIGC says.

    The same arguments give the same bytes.
    """
    document = Presentation()
    document.slide_width, document.slide_height = map(Emu, _SIZE)
    for slide in slides:
        _add(document, slide)
    _describe(document, title=title, author=author, made=made)
    package = document.part.package
    property_ = (_PROPERTIES % escape(said)).encode()
    name = PackURI("/docProps/custom.xml")
    part = Part(name, CONTENT_TYPE.OFC_CUSTOM_PROPERTIES, package, property_)
    package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)
    # The template's thumbnail shows another presentation.
    thumbnail = package.part_related_by(RELATIONSHIP_TYPE.THUMBNAIL)
    package.drop_rel(package.relate_to(thumbnail, RELATIONSHIP_TYPE.THUMBNAIL))
    target = BytesIO()
    document.save(target)
    return _timeless(target)


def clean(text: str) -> str:
    """Return *text* without what no document may hold; lines stay lines."""
    lines = "".join(one if one.isprintable() or one == "\n" else " " for one in text).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def described(slide: Slide) -> str:
    """Return a picture's alternative text."""
    return f"{slide.title}（AI生成的图片）"


def centred(picture: bytes, page: tuple[float, float]) -> Box:
    """Return left, top, width and height of a *picture* as large as fits a *page*, whole."""
    with Image.open(BytesIO(picture), formats=("JPEG",)) as image:
        scale = min(page[0] / image.width, page[1] / image.height)
        width, height = scale * image.width, scale * image.height
    return (page[0] - width) / 2, (page[1] - height) / 2, width, height


def _add(document: Document, slide: Slide) -> None:
    made = document.slides.add_slide(document.slide_layouts[_TITLE_ONLY])
    left, top, width, height = (Emu(round(edge)) for edge in centred(slide.picture, _SIZE))
    if title := made.shapes.title:
        # Beneath the picture: for outlines and screen readers, which go by titles.
        title.left, title.top, title.width, title.height = left, top, width, height
        title.text = slide.title
    picture = made.shapes.add_picture(BytesIO(slide.picture), left, top, width, height)
    picture.name = slide.title
    (properties,) = picture.element.xpath("./p:nvPicPr/p:cNvPr")
    properties.set("descr", described(slide))
    if notes := made.notes_slide.notes_text_frame:
        notes.text = slide.text


def _describe(document: Document, *, title: str, author: str, made: datetime) -> None:
    properties = document.core_properties
    properties.title = title[:LONGEST]
    properties.author = properties.last_modified_by = properties.keywords = author
    properties.comments = "本文件各页的图片由人工智能生成"
    properties.language = "zh-CN"
    # Without a zone: python-pptx writes it as UTC.
    properties.created = properties.modified = made.astimezone(UTC).replace(tzinfo=None)


def _timeless(package: BytesIO) -> bytes:
    """Return the *package* without the time of its packing; JPEGs are not packed once more."""
    target = BytesIO()
    with ZipFile(package) as source, ZipFile(target, "w") as copy:
        for name in source.namelist():
            entry = ZipInfo(name, _FIRST_DAY)
            entry.compress_type = ZIP_STORED if name.endswith(".jpg") else ZIP_DEFLATED
            copy.writestr(entry, source.read(name))
    return target.getvalue()
