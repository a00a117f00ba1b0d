"""An outline ⇄ what the jobs of its deck are asked for. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from bot.images import outlined, points
from bot.images.contract import Provider
from bot.images.outline import LONGEST_REQUEST, Outline
from bot.models import ImageRequest, JobKind

SHAPE = (1536, 864)
"""16:9, in pixels."""


def deck(outline: Outline, said: str) -> ImageRequest:
    """Return the request of the deck that *outline* is of; *said* are the follower's words."""
    pages = tuple(map(points.stored, outline.pages))
    asked = _wide(JobKind.DECK, said.strip()[:LONGEST_REQUEST])
    return replace(asked, title=outline.topic, pages=pages)


def outline(request: ImageRequest) -> Outline:
    """Return the outline as the *request* of its deck has it."""
    return Outline(topic=request.title, pages=tuple(map(points.restored, request.pages)))


def question(request: ImageRequest) -> ImageRequest:
    """Return what a text model is asked, to better the outline of a deck."""
    asked = outlined.question(outline(request))
    return _wide(JobKind.OUTLINE, f"{asked}\n用户的原话：\n{request.prompt}")


def pages(request: ImageRequest, *, titled: bool) -> tuple[ImageRequest, ...]:
    """Return the requests of a deck's pages. *titled* says that the model draws titles well."""
    wanted = outline(request)
    return tuple(
        replace(
            _wide(JobKind.DRAW, prompt),
            title="" if titled else page.title,
            lettering="" if titled else "ours",
        )
        for page, prompt in zip(wanted.pages, outlined.prompts(wanted, titled=titled), strict=True)
    )


def _wide(kind: JobKind, prompt: str) -> ImageRequest:
    return ImageRequest(kind=kind, prompt=prompt, width=SHAPE[0], height=SHAPE[1])


def titled(providers: Sequence[Provider]) -> bool:
    """Whether whichever service draws a page draws its Chinese title well."""
    return all(one.capability.letters for one in providers)
