"""What each image service did in a day: pictures drawn, and requests it failed."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import case, func, select

from bot.errors import Reason
from bot.models import JobState
from bot.store.database import Database
from bot.store.tables import image_job as job

# What says something of the request or of WeChat, nothing of the service.
_NOT_ITS_FAULT = (Reason.MODERATION_INPUT, Reason.MODERATION_OUTPUT, Reason.MEDIA_REFUSED)
_FAILED = (JobState.FAILED, JobState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Done:
    pictures: int = 0
    failures: int = 0


def done(db: Database, account_id: int, *, day: str) -> dict[str, Done]:
    """Return what each service did for the jobs of that day, by its name."""
    failed = job.c.state.in_(_FAILED) & job.c.reason.not_in(_NOT_ITS_FAULT)
    query = (
        select(
            job.c.provider,
            job.c.tried,
            func.count(),
            func.sum(case((job.c.generated_at > 0, 1), else_=0)),
            func.sum(case((failed & (job.c.generated_at == 0), 1), else_=0)),
        )
        .where(job.c.account_id == account_id, job.c.day == day)
        .group_by(job.c.provider, job.c.tried)
    )
    pictures: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    with db.read() as tx:
        for provider, tried, jobs, drawn, lost in tx.execute(query):
            pictures[provider] += int(drawn)
            failures[provider] += int(lost)
            for name in {one for one in tried.split(",") if one and one != provider}:
                failures[name] += int(jobs)
    return {name: Done(pictures[name], failures[name]) for name in pictures | failures if name}
