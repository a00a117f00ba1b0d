"""How a picture came about: what was asked for, what it was made from, its versions, its checks."""

from dataclasses import dataclass, field

from bot import recipes
from bot.admin.parts import bot
from bot.models import ImageRequest
from bot.store import decisions, gallery
from bot.store.decisions import Decision
from bot.store.gallery import Shown

OF_JOB = "job:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """*request* is None where nothing is kept of it but the words.

    *sources* are the earlier pictures it was made from and *photos* how many photos, which are
    never shown; *parent* is the version it edits or repeats, *children* those made of it; *parts*
    are the jobs of a sheet or a deck; *tried* are services that refused.
    """

    request: ImageRequest | None
    sources: list[Shown] = field(default_factory=list)
    photos: int = 0
    parent: Shown | None = None
    children: list[Shown] = field(default_factory=list)
    parts: list[Shown] = field(default_factory=list)
    tried: tuple[str, ...] = ()
    decisions: list[Decision] = field(default_factory=list)


def of(one: Shown) -> Made:
    db, account_id = bot().db, bot().account_id
    request = recipes.load(one.recipe) if one.recipe else None
    sources = request.sources if request else ()
    numbers = [int(source.removeprefix(OF_JOB)) for source in sources if source.startswith(OF_JOB)]
    found = gallery.some(db, account_id, openid=one.openid, ids=[*numbers, one.parent_id])
    return Made(
        request=request,
        sources=[found[number] for number in numbers if number in found],
        photos=len(sources) - len(numbers),
        parent=found.get(one.parent_id),
        children=gallery.children(db, account_id, one.id),
        parts=gallery.parts(db, account_id, one.id),
        tried=tuple(name for name in one.tried.split(",") if name),
        decisions=decisions.of_job(db, one.id),
    )
