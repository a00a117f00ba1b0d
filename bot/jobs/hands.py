"""An operator's hand on jobs, pictures and followers: what database and files are needed for."""

from bot import recipes
from bot.editing import followers, jobs, library
from bot.editing.desk import Desk
from bot.engine import Bot
from bot.errors import NotThere
from bot.jobs import leaving
from bot.jobs.submit import terms
from bot.models import ImageJob
from bot.store import gallery
from bot.store import jobs as stored
from bot.store.gallery import Shown
from bot.store.library import Item
from bot.store.money import Terms
from bot.store.pictures import beside

LONGEST_NAME = 20  # characters of a prompt that name its picture in the library


def find(bot: Bot, job_id: int) -> Shown:
    """Return everything that is known of a job. Raises `NotThere`."""
    found = gallery.get(bot.db, bot.account_id, job_id)
    if found is None:
        raise NotThere(jobs.GONE)
    return found


def retry(bot: Bot, desk: Desk, job_id: int, *, pay_again: bool) -> ImageJob:
    """Have a failed job drawn anew at today's price; raises as `jobs.retry` does."""
    before = jobs.retry(desk, job_id, _terms(bot, job_id), pay_again=pay_again)
    if before.picture:
        # Another worker's find() must not take the old picture for the new one.
        bot.pictures.drop(before.picture)
    return before


def release(bot: Bot, desk: Desk, job_id: int, *, paid: bool, again: bool) -> ImageJob:
    """Settle a job of unknown outcome; raises as `jobs.release` does."""
    wanted = _terms(bot, job_id) if again else None
    return jobs.release(desk, job_id, paid=paid, again=wanted)


def picture(bot: Bot, job_id: int) -> bytes:
    """Return the labelled picture of a job. Raises `NotThere`."""
    one = find(bot, job_id)
    try:
        return bot.pictures.read(one.picture) if one.labelled else _none()
    except FileNotFoundError:
        return _none()


def deck(bot: Bot, job_id: int, ending: str) -> bytes:
    """Return the ``.pptx`` or ``.pdf`` of a deck. Raises `NotThere`."""
    one = find(bot, job_id)
    try:
        return bot.pictures.read(beside(one.picture, ending)) if one.labelled else _none()
    except FileNotFoundError:
        return _none()


def copy(bot: Bot, desk: Desk, job_id: int) -> Item:
    """Put a picture into the library, its AI label with it.

    Raises:
        NotThere: there is no such picture.
        Unfit: the library cannot keep it.
    """
    words = find(bot, job_id).prompt[:LONGEST_NAME]
    name = f"{words or 'AI 图片'}-{job_id}.jpg"
    item, _still = library.add(desk, bot.files, name, picture(bot, job_id))
    return item


def forget(bot: Bot, desk: Desk, openid: str) -> None:
    """Delete what is kept of a follower, files too; raises as `followers.forget` does."""
    followers.forget(desk, openid, nobody=bot.former(openid))
    leaving.sweep(bot)


def _none() -> bytes:
    raise NotThere("这里没有图片")


def _terms(bot: Bot, job_id: int) -> Terms:
    with bot.db.read() as tx:
        job = stored.find(tx, bot.account_id, job_id)
    if job is None:
        raise NotThere(jobs.GONE)
    return terms(bot, recipes.of(job))
