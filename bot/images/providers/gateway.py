"""A gateway of the one-api kind (one-api, new-api, apiyi, …): OpenAI's routes, told little.

Old ones drop what they do not know or refuse it, cap the quality, answer with a picture or an
address whatever was asked, and with an error in a 200.
"""

from typing import Any, ClassVar

from bot.images.contract import Ask, Capability
from bot.images.providers.openai import OpenAI


class Gateway(OpenAI):
    home = ""
    qualities: ClassVar[tuple[str, ...]] = ("low", "medium", "high")

    def known(self) -> Capability:
        return Capability(edits=1, letters=self.letters)

    def body(self, ask: Ask) -> dict[str, Any]:
        seen_through = ask.transparent and self.capability.transparent
        return {**self.basic(ask), **(self.form(ask) if seen_through else {})}
