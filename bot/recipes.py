"""An image request ⇄ the JSON it is stored as."""

import json
from dataclasses import asdict, fields, replace
from typing import Any

from bot.models import ImageJob, ImageRequest, JobKind

_DEFAULTS = {one.name: one.default for one in fields(ImageRequest)}


def dump(request: ImageRequest) -> str:
    """Return the JSON of *request*; what is as it always is is left out."""
    values = {name: value for name, value in asdict(request).items() if value != _DEFAULTS[name]}
    return json.dumps(values, ensure_ascii=False)


def load(text: str) -> ImageRequest:
    """Return the request that `dump` wrote, by this version or an earlier one."""
    values: dict[str, Any] = json.loads(text)
    for name in ("sources", "pages"):
        values[name] = tuple(values.get(name, ()))
    values["kind"] = JobKind(values.get("kind", JobKind.DRAW))
    return ImageRequest(**{name: value for name, value in values.items() if name in _DEFAULTS})


def of(job: ImageJob) -> ImageRequest:
    """Return what a job was asked for; jobs from before there were recipes have only words."""
    if job.recipe is None:
        return ImageRequest(prompt=job.prompt, width=job.width, height=job.height)
    return load(job.recipe)


def drawn(job: ImageJob) -> ImageRequest:
    """Return what a job was asked for, in the size it was drawn in; a recipe may not know it."""
    return replace(of(job), width=job.width, height=job.height)
