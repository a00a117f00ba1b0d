"""What a storage says of a file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stored:
    """*size* is in bytes, *modified* in seconds since the epoch."""

    name: str
    size: int
    modified: float
