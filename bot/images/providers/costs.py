"""What a request costs at the services that may draw it: reserved before, settled after."""

from collections.abc import Sequence

from bot.images import sizes
from bot.images.contract import Ask, Provider
from bot.images.prices import Prices
from bot.models import Generated, ImageRequest

_PER_CHARACTER = 2  # tokens of a Chinese one, at most
_ADDED = 600  # tokens of what we say besides: a style's words, what has to stay, where a title goes


def able(
    providers: Sequence[Provider], *, images: int = 0, transparent: bool = False
) -> tuple[Provider, ...]:
    """Return those that can start from so many pictures and, if wanted, leave out the ground."""
    return tuple(
        provider
        for provider in providers
        if provider.capability.edits >= images
        and (provider.capability.transparent or not transparent)
    )


def reserved(prices: Prices, providers: Sequence[Provider], request: ImageRequest) -> int:
    """Return, in micro-units, the most the picture may cost at any service that may draw it."""
    images = len(request.sources)
    fit = able(providers, images=images, transparent=request.transparent) or providers
    # A photo is known to nobody yet: its ratio may be any.
    wanted = sizes.DEAREST if request.keeps_shape else ((request.width, request.height),)
    return max(
        prices.estimate(
            *provider.size(*size),
            quality=request.quality or provider.quality,
            model=provider.model,
            images=images,
            text=_ADDED + _PER_CHARACTER * (len(request.prompt) + len(request.title)),
            price=provider.price,
        )
        for provider in fit
        for size in wanted
    )


def spent(prices: Prices, provider: Provider, generated: Generated, ask: Ask) -> int:
    """Return, in micro-units, what *generated* has cost at *provider*, which was asked *ask*."""
    width, height = provider.size(ask.width, ask.height)
    return prices.spent(
        generated,
        width=width,
        height=height,
        quality=ask.quality or provider.quality,
        images=len(ask.images),
        price=provider.price,
    )
