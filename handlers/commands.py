"""The words a follower can say to the bot itself."""

from bot.engine import Turn
from bot.keywords.normalise import normalise


def says(turn: Turn, *words: str) -> bool:
    """Whether the message is one of *words* and nothing else."""
    return bool(turn.text) and normalise(turn.text) in words
