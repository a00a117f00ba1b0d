"""What `Reader` complains of, taken apart: where in the rule, and what."""

import re

_RULE = re.compile("^规则(?:「[^」]*」)?[的：]? ?")
_PLACE = re.compile(r"第 (\d+) (条回复|个关键词)")
_KINDS = {"条回复": "reply", "个关键词": "keyword"}


def split(line: str) -> tuple[str, str]:
    """Return the place, as ``reply-2`` or ``keyword-1`` counted from 1 or "", and the sentence.

    The sentence is *line* without the rule's name.
    """
    said = _RULE.sub("", line)
    found = _PLACE.search(said)
    return (f"{_KINDS[found[2]]}-{found[1]}" if found else ""), said
