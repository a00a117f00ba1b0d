"""The operators' word list: what no picture is drawn of."""

from functools import lru_cache
from typing import Final

from bot.keywords.needles import Needles
from bot.keywords.normalise import normalise

MOST: Final = 100_000


class Blocked:
    """Finds one of *words* in a text, however it is typed.

    A word of ASCII letters is found as a whole word only: "ass" is not in "glass".
    """

    def __init__(self, words: str = "") -> None:
        self._words = list(filter(None, dict.fromkeys(map(normalise, words.splitlines()))))
        self._needles = Needles()
        for number, word in enumerate(self._words):
            self._needles.add(word, number)

    def __len__(self) -> int:
        return len(self._words)

    def find(self, text: str) -> str:
        """Return the first of the list's words that is in *text*, "" if none is."""
        said = normalise(text)
        found = sorted(self._needles.within(said))
        return next((word for word in map(self._words.__getitem__, found) if _in(said, word)), "")


def _in(text: str, word: str) -> bool:
    """Whether *word*, which occurs in *text*, stands there by itself where it has to."""
    if not (word.isascii() and word.replace(" ", "").isalpha()):
        return True
    start = text.find(word)
    while start >= 0:
        before, after = text[:start][-1:], text[start + len(word) :][:1]
        if not any(one.isascii() and one.isalnum() for one in (before, after)):
            return True
        start = text.find(word, start + 1)
    return False


@lru_cache(maxsize=2)
def blocked(words: str) -> Blocked:
    """Return the list of *words*; a long one takes a second or two, so the last ones are kept."""
    return Blocked(words)
