"""What the image services last said of the models in use, kept for pages that may not ask them."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

CHECK: Final = "check.model."
"""Before a provider's name: where its findings are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """*end* is the day it is shut down, if announced; *at* when it was asked, in epoch ms."""

    name: str
    offered: bool
    end: date | None
    at: int

    @classmethod
    def of(cls, name: str, models: dict[str, str | None], *, at: int) -> Self:
        """Read the service's list; one that names no model at all says nothing."""
        try:
            end = date.fromisoformat(models.get(name) or "")
        except ValueError:
            end = None
        return cls(name=name, offered=not models or name in models, end=end, at=at)

    @classmethod
    def read(cls, text: str) -> Self | None:
        if not text:
            return None
        kept = json.loads(text)
        end = date.fromisoformat(kept["end"]) if kept["end"] else None
        return cls(name=kept["name"], offered=kept["offered"], end=end, at=kept["at"])

    def written(self) -> str:
        end = self.end.isoformat() if self.end else ""
        return json.dumps({"name": self.name, "offered": self.offered, "end": end, "at": self.at})
