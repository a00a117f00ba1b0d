"""Sheets and decks: the jobs they are put together from."""

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from bot import recipes
from bot.models import ImageJob, ImageRequest, JobKind, JobState
from bot.store import claims, jobs
from bot.store.claims import Claim
from bot.store.collecting import AGAIN, SHOWN
from bot.store.database import Database, now_ms, retried
from bot.store.tables import image_job as job


def pages(db: Database, group_id: int) -> list[ImageJob]:
    """Return the jobs of a sheet's or a deck's pictures, in their order."""
    with db.read() as tx:
        return [one for one in parts_in(tx, group_id) if one.page]


def parts_in(tx: Connection, group_id: int) -> list[ImageJob]:
    """Return all jobs of a sheet or a deck: its pictures, before them its outline."""
    query = select(*jobs.COLUMNS).where(job.c.group_id == group_id).order_by(job.c.page)
    return [jobs.record(row) for row in tx.execute(query)]


def newest(db: Database, account_id: int, *, openid: str, kind: JobKind) -> ImageJob | None:
    """Return the follower's last sheet or deck that is put together, or still to be."""
    where = (
        jobs.of_follower(account_id, openid),
        job.c.kind == kind,
        job.c.state.in_((JobState.QUEUED, *SHOWN)),
    )
    query = select(*jobs.COLUMNS).where(*where).order_by(job.c.id.desc()).limit(1)
    with db.read() as tx:
        row = tx.execute(query).one_or_none()
    return jobs.record(row) if row else None


@retried
def keep_outline(
    db: Database, claim: Claim, deck: ImageRequest, pages: Mapping[int, ImageRequest]
) -> ImageJob:
    """End an outline's job: its *deck* and its *pages* are asked for as the outline has them.

    Raises:
        LeaseLost: another worker has the outline; nothing was written.
    """
    with db.write() as tx:
        ended = claims.save_in(
            tx,
            claim,
            state=JobState.KEPT,
            words="\n\n".join(deck.pages),
            picture="",
            finished_at=now_ms(),
            lease_until=0,
        )
        group = update(job).where(job.c.id == ended.group_id)
        tx.execute(group.values(recipe=recipes.dump(deck)))
        for page, request in pages.items():
            # They wait for this very job: none of them is on its way.
            own = (job.c.group_id == ended.group_id, job.c.page == page)
            asked = {"prompt": request.prompt, "recipe": recipes.dump(request)}
            tx.execute(update(job).where(*own).values(asked))
        return ended


def bring(db: Database, page: ImageJob, *, message_key: str) -> None:
    """Have a worker deliver one page of a deck by itself, once for a message."""
    kept = job.c.state.in_((JobState.KEPT, *SHOWN))
    asked = (job.c.id == page.id, kept, job.c.collected_key != message_key)
    with db.write() as tx:
        tx.execute(update(job).where(*asked).values(**AGAIN, collected_key=message_key))
