"""The operator's own styles over those of the file, as the database keeps them.

A style is kept whole under `OWN` and its key: one of the file as it was changed, or a new one.
`ORDER` keeps the keys in the operator's order, as a JSON list.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.images.styles import Style, Styles

log = logging.getLogger(__name__)

OWN: Final = "style."
ORDER: Final = "styles.order"


def document(style: Style) -> dict[str, Any]:
    """Return a style as it is kept, in the history too."""
    return {
        "name": style.name,
        "aliases": list(style.aliases),
        "words": style.words,
        "instead": style.instead,
        "example": style.example,
        "common": style.common,
        "on": style.on,
    }


def style_of(key: str, kept: Mapping[str, Any]) -> Style:
    """Return the style of a `document`."""
    return Style(**{**kept, "aliases": tuple(kept["aliases"]), "key": key})


def laid_over(first: Styles, kept: Mapping[str, str]) -> Styles:
    """Return the operator's list: *kept* maps the names of values to what the database has.

    Of two that are called the same (a newer file may bring a name that an operator gave already)
    the operator's own stays.
    """
    own = {
        name.removeprefix(OWN): style_of(name.removeprefix(OWN), json.loads(value))
        for name, value in kept.items()
        if name.startswith(OWN)
    }
    if not own and ORDER not in kept:
        return first
    every = {style.key: style for style in first.every} | own
    order = {key: place for place, key in enumerate(json.loads(kept.get(ORDER, "[]")))}
    taken = {
        called.casefold(): key
        for key, style in own.items()
        for called in (style.name, *style.aliases)
    }
    ordered = sorted(every.values(), key=lambda style: order.get(style.key, len(order)))
    return Styles(one for style in ordered if (one := _unlike(style, taken)))


def _unlike(style: Style, taken: dict[str, str]) -> Style | None:
    """Return the style without what another is called; None if nothing is left of its name."""
    if taken.setdefault(style.name.casefold(), style.key) != style.key:
        log.warning("the style %s is left out: another is called so", style.name)
        return None
    mine = (
        one for one in style.aliases if taken.setdefault(one.casefold(), style.key) == style.key
    )
    return replace(style, aliases=tuple(mine))
