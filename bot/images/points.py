"""Points in somebody's words – lines, a list, parts between ；– as the pages of a deck."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LONGEST_TITLE, LONGEST_TEXT = 30, 400

_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_MARKER = (
    rf"(?:第\s*{_NUMBER}\s*[页頁张張][：:、.，,\s]*|[Pp](?:age)?\s*\d{{1,2}}[：:、.\s]+"
    rf"|[（(]{_NUMBER}[)）]\s*|{_NUMBER}\s*[、.．)）：:](?!\d)\s*|[①-⑳]\s*)"
)
_NUMBERED = re.compile(rf"\s*(?:#+\s*)?(?:\*\*)?{_MARKER}")
_WITHIN = re.compile(rf"(?:^|(?<=[\s；;，,。：:])){_MARKER}")
_BULLET = re.compile(r"\s*(?:(?:[-*•·●▪►]|#+)\s+|[•·●▪►])")
_TITLE = re.compile(r"([^：:]{1,30}?)\s*(?:[：:]|——|--|\s[-–—]\s)\s*(\S.*)", re.DOTALL)
_CLAUSE = re.compile(r"[，,。；;！!？?\n]")
_ENDS = " \t\u3000；;，,。、*：:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a deck: the exact words of its title, and what it shows, perhaps nothing."""

    title: str
    text: str = ""


def stored(one: Page) -> str:
    """Return a page as a job's recipe keeps it (`ImageRequest.pages`)."""
    return f"{one.title}\n{one.text}"


def restored(text: str) -> Page:
    """Return the page that `stored` wrote."""
    title, _, shown = text.partition("\n")
    return Page(title=title, text=shown)


def of_lines(lines: Sequence[str]) -> tuple[str, list[Page]]:
    """Return the pages of *lines*, and what stands before the first number, if there is one.

    Numbered lines begin pages, and lines without a number go with the one above. Without numbers,
    lines over bullets are titles; otherwise every line is a page.
    """
    lines = [line for line in lines if bare(line)]
    begins = [is_numbered(line) for line in lines]
    if not any(begins):
        bullets = [_BULLET.match(line) is not None for line in lines]
        mixed = any(bullets) and not bullets[0]
        begins = [not (mixed and bullet) for bullet in bullets]
    head: list[str] = []
    found: list[list[str]] = []
    for line, begin in zip(lines, begins, strict=True):
        if begin:
            found.append([line])
        else:
            (found[-1] if found else head).append(line)
    return bare(" ".join(head)), [page(*one) for one in found]


def of_line(line: str) -> tuple[str, list[Page]]:
    """Return what one line tells at first, and the pages it lists after that, if it lists any."""
    marks = list(_WITHIN.finditer(line))
    if len(marks) > 1:
        edges = [*(mark.start() for mark in marks), len(line)]
        parts = [line[start:end] for start, end in pairwise(edges)]
        return bare(line[: edges[0]]), [page(part) for part in parts if bare(part)]
    parts = [part for part in re.split("[；;]", line) if bare(part)]
    if len(parts) < len("ab"):
        return bare(line), []
    head = ""
    if not any(_TITLE.fullmatch(part.strip()) for part in parts[1:]):
        told = _TITLE.fullmatch(parts[0].strip())
        head, parts[0] = told.groups() if told else ("", parts[0])
    return head, [page(part) for part in parts if bare(part)]


def page(line: str, *more: str) -> Page:
    """Return the page that begins with *line*; what is too long to be a title is cut down to one.

    Words before a colon or a dash are its title, those after it and *more* what it shows.
    """
    whole = bare(line)
    told = _TITLE.fullmatch(whole)
    if told:
        title, shown = told[1].strip(_ENDS), told[2]
    elif len(whole) <= LONGEST_TITLE:
        title, shown = whole, ""
    else:
        title, shown = _CLAUSE.split(whole, maxsplit=1)[0].strip(), whole
    text = "；".join(filter(None, (shown.strip(), *map(bare, more))))
    return Page(title=(title or whole)[:LONGEST_TITLE], text=text[:LONGEST_TEXT])


def is_numbered(line: str) -> bool:
    return _NUMBERED.match(line) is not None


def bare(line: str) -> str:
    """Return *line* without number, bullet and the marks around it."""
    line = _BULLET.sub("", line, count=1) if _BULLET.match(line) else line
    numbered = _NUMBERED.match(line)
    rest = line[numbered.end() :] if numbered else line
    return (rest.replace("**", "").strip(_ENDS) or line).strip(_ENDS)
