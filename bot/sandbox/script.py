"""Scripted faults: what the sandbox is told to answer instead of the truth."""

from dataclasses import asdict, dataclass, field, fields, replace
from threading import Lock
from typing import Any, Literal, Self

from flask import Response, jsonify

from bot.errors import BadRequest
from bot.sandbox.refusal import Refusal

Reset = Literal["before", "during", "after"]
RESETS: tuple[Reset, ...] = ("before", "during", "after")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One rule of the script.

    *match* is a path prefix, *times* the hits left (None: for ever), *skip* the hits let through
    first. *errcode*, *status*, *body* and *json* make an answer of their own; the call then takes
    effect only with *do*. *delay* is in seconds, *drip* in seconds per byte. *reset* breaks the
    connection before the answer (without effect unless *do*), in its middle, or after it.
    """

    match: str
    times: int | None = 1
    skip: int = 0
    errcode: int | None = None
    status: int | None = None
    body: str | None = None
    json: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    reset: Reset | None = None
    drip: float = 0
    do: bool = False

    @classmethod
    def parse(cls, given: Any) -> Self:
        """Read one rule of ``POST /_script``; raise BadRequest naming what is wrong."""
        if not isinstance(given, dict) or not isinstance(given.get("match"), str):
            raise BadRequest("每条规则是一个对象，至少要有 match（路径前缀）")
        if unknown := given.keys() - {each.name for each in fields(cls)}:
            raise BadRequest(f"不认识的字段：{', '.join(sorted(unknown))}")
        if given.get("reset") not in (None, *RESETS):
            raise BadRequest(f"reset 只能是 {'、'.join(RESETS)}")
        return cls(**given)

    @property
    def takes_effect(self) -> bool:
        """Whether the call is really carried out."""
        return self.do or not (self.answers or self.reset == "before")

    @property
    def answers(self) -> bool:
        """Whether the rule brings an answer of its own."""
        own = (self.errcode, self.status, self.body, self.json)
        return any(part is not None for part in own)

    def response(self) -> Response:
        if self.errcode is not None:
            response = jsonify(Refusal(self.errcode).body())
        elif self.json is not None:
            response = jsonify(self.json)
        else:
            response = Response(self.body or "")
        response.status_code = self.status or 200
        return response


class Script:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(self, faults: list[Fault]) -> None:
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def left(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def take(self, path: str) -> Fault | None:
        """Return the first rule for *path* and use up one of its times."""
        with self._lock:
            for place, fault in enumerate(self._faults):
                if not path.startswith(fault.match):
                    continue
                if fault.skip:
                    self._faults[place] = replace(fault, skip=fault.skip - 1)
                    continue
                self._use(place)
                return fault
        return None

    def _use(self, place: int) -> None:
        fault = self._faults[place]
        if fault.times is None:
            return
        if fault.times > 1:
            self._faults[place] = replace(fault, times=fault.times - 1)
        else:
            del self._faults[place]
