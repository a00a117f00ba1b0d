"""Which of many strings occur in a text, at a cost that does not grow with their number."""

from operator import add


class Needles:
    """Needles by their first two characters: one look per place of a text finds them all.

    An Aho–Corasick automaton would search faster still, but the native ones build 100,000 needles
    in one step of half a second that holds the interpreter; this is filled little by little.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, tuple[int, ...]] = {}  # by needle
        self._lengths: dict[str, tuple[int, ...]] = {}  # by the needles' first two characters
        self._letters: set[str] = set()  # needles of one character

    def parts(self) -> tuple[dict[str, tuple[int, ...]], ...]:
        return self._numbers, self._lengths

    def add(self, needle: str, number: int) -> None:
        """Remember *number* for texts that contain *needle*, which is not empty."""
        lengths = self._lengths.get(needle[:2], ())
        if len(needle) == 1:
            self._letters.add(needle)
        elif len(needle) not in lengths:
            self._lengths[needle[:2]] = (*lengths, len(needle))
        self._numbers[needle] = (*self._numbers.get(needle, ()), number)

    def within(self, text: str) -> set[int]:
        """Return the numbers of the needles that occur in *text*."""
        numbers, lengths = self._numbers, self._lengths
        found: set[int] = set()
        for letter in self._letters.intersection(text):
            found.update(numbers[letter])
        for start, head in enumerate(map(add, text, text[1:])):
            if head in lengths:
                for length in lengths[head]:
                    if (needle := text[start : start + length]) in numbers:
                        found.update(numbers[needle])
        return found
