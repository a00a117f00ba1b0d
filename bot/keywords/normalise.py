"""One spelling for every way of typing the same words."""

import re
from unicodedata import category, normalize

from opencc import OpenCC

# Control and format characters, variation selectors, keycaps and fillers: nobody sees them.
# White space among the controls stays, it separates words.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891"
    "\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def _simplified() -> dict[int, str]:
    """Return the simplified form of every traditional character of the basic plane."""
    characters = [chr(code) for code in range(0x3400, 0xA000)]
    converter = OpenCC("t2s")
    # On lines of their own, so that no phrase table looks at neighbours.
    once = converter.convert("\n".join(characters))
    twice = converter.convert(once)  # 薴 → 苧 → 苎
    pairs = zip(characters, twice.split("\n"), strict=True)
    return {ord(before): after for before, after in pairs if before != after}


_SIMPLIFIED = _simplified()
_TRADITIONAL = frozenset(map(chr, _SIMPLIFIED))


def normalise(text: str) -> str:
    """Return *text* as the matcher compares it; the same again when applied twice.

    Case, width, traditional characters and unseen characters are folded, white space is collapsed,
    and punctuation and symbols at the ends go, but "+" and "#" stay: C, C++ and C# differ.
    """
    plain = text.isascii() and text.isprintable()
    folded = text.lower() if plain else _fold(_UNSEEN.sub("", text))
    return _bare(" ".join(folded.split()))


def simplify(text: str) -> str:
    """Return *text* with each traditional character replaced by its simplified form."""
    return text if _TRADITIONAL.isdisjoint(text) else text.translate(_SIMPLIFIED)


def _fold(text: str) -> str:
    """Return the caseless compatibility form; rare letters need more than one round."""
    composed = normalize("NFKC", text)
    folded = composed.casefold()
    again = normalize("NFKC", folded)
    return simplify(again) if again in (folded, composed) else _fold(again)


def _bare(text: str) -> str:
    """Return *text* without what only decorates its ends, and "" where nothing else is in it."""
    start, end = 0, len(text)
    while end > start and _decorates(text[end - 1]):
        end -= 1
    while start < end and _decorates(text[start]):
        start += 1
    bare = text[start:end]
    if bare[:1] in ("+", "#") and not any(map(str.isalnum, bare)):
        return ""
    return bare


def _decorates(character: str) -> bool:
    # Private and unassigned characters (C) are emoji older or newer than our tables.
    return not character.isalnum() and (character not in "+#" and category(character)[0] in "PSZC")
