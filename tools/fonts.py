"""Cuts the typefaces of assets/fonts out of Debian's packages, and lists what each can write.

Run it where fonts-noto-cjk and fonts-lxgw-wenkai are installed, or unpacked under the folder
given; it needs fontTools and brotli, which the product itself does not.
"""  # noqa: INP001 - a script, no package

import sys
from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, save_font

FONTS = Path(__file__).resolve().parent.parent / "assets/fonts"
SHARE = "usr/share/fonts"
NOTO = f"{SHARE}/opentype/noto"
SC = 2  # the place of Simplified Chinese in Noto's collections
POSTSCRIPT = 6  # a name without spaces
NAMES = (1, 3, 4, POSTSCRIPT, 16)  # family, unique, full, typographic family


@dataclass(frozen=True, slots=True)
class Cut:
    """*source* becomes *name*.woff2 with the characters of *wanted* it has.

    *called* replaces the name the font goes by: the OFL forbids a changed font a reserved one.
    """

    name: str
    source: str
    wanted: frozenset[str]
    number: int = -1
    called: str = ""


def coded(codec: str, *, rows: range) -> frozenset[str]:
    """Return the characters that *codec* writes in two bytes, the first of them in *rows*."""
    pairs = (bytes((row, cell)) for row in rows for cell in range(0x40, 0xFF))
    return frozenset(text for pair in pairs if len(text := pair.decode(codec, "ignore")) == 1)


def span(first: int, last: int) -> frozenset[str]:
    return frozenset(map(chr, range(first, last + 1)))


LATIN = span(0x20, 0x7E) | span(0xA0, 0x17F)
SIGNS = (
    span(0x2010, 0x205E) | span(0x20A0, 0x20BF) | span(0x2100, 0x214F) | span(0x2190, 0x21FF)
    | span(0x2460, 0x24FF) | span(0x25A0, 0x27BF) | span(0x3000, 0x303F)
)  # fmt: skip
UPRIGHT = span(0xFE10, 0xFE19) | span(0xFE30, 0xFE4F)  # punctuation of vertical lines
WIDE = span(0xFF01, 0xFF9F) | span(0xFFE0, 0xFFE6)
MARKS = span(0x302A, 0x302F) | span(0xAD, 0xAD)  # they stand on other characters, or nowhere
COMMON = (coded("gb2312", rows=range(0xA1, 0xF8)) | LATIN | SIGNS | UPRIGHT | WIDE) - MARKS
RARE = coded("gbk", rows=range(0x81, 0xFF)) | span(0x4E00, 0x9FFF)

CUTS = (
    Cut("NotoSansSC-Bold", f"{NOTO}/NotoSansCJK-Bold.ttc", COMMON, SC),
    Cut("NotoSansSC-Bold-rare", f"{NOTO}/NotoSansCJK-Bold.ttc", RARE - COMMON, SC),
    Cut("NotoSerifSC-Bold", f"{NOTO}/NotoSerifCJK-Bold.ttc", COMMON, SC),
    Cut(
        "HuaxinKai",
        f"{SHARE}/truetype/lxgw-wenkai/LXGWWenKai-Bold.ttf",
        COMMON,
        called="Huaxin Kai",
    ),
)


def cut(one: Cut, root: Path) -> str:
    """Write *one*'s font file and return the characters in it, in their order."""
    options = Options(flavor="woff2", font_number=one.number, name_IDs=["*"], notdef_outline=True)
    # Titles are set glyph by glyph: no kerning, no substitution, no hints at these sizes.
    options.layout_features = []
    options.hinting = False
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "BASE", "VORG", "vhea", "vmtx"]
    font = load_font(root / one.source, options)
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(one.wanted))
    subsetter.subset(font)
    for record in font["name"].names if one.called else ():
        if record.nameID in NAMES:
            record.string = (
                one.called.replace(" ", "") if record.nameID == POSTSCRIPT else one.called
            )
    save_font(font, FONTS / f"{one.name}.woff2", options)
    return "".join(sorted(map(chr, font.getBestCmap())))


def main() -> None:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "/")
    for one in CUTS:
        characters = cut(one, root)
        (FONTS / f"{one.name}.txt").write_text(characters, encoding="utf-8")


if __name__ == "__main__":
    main()
