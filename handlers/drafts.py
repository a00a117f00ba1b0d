"""抽卡: four quick drafts on one sheet; 选2 makes the picture of one of them."""

from bot import recipes
from bot.engine import Bot, Turn
from bot.images import drafts
from bot.images.providers import costs
from bot.models import ImageJob, JobKind, JobState, Reply, TextReply
from bot.sentences import Ready
from bot.store import chains, groups
from bot.store.jobs import Queue
from bot.taps import tap
from handlers.accepting import again, offered, time_of
from handlers.groups import take

DRAWING = {JobState.QUEUED, JobState.GENERATING, JobState.GENERATED}


def draw(turn: Turn, bot: Bot) -> Reply | None:
    """Take a sheet on: it is one picture of the follower's, whatever its drafts cost."""
    asked = drafts.read(turn.text)
    if asked is None:
        return None
    count, prompt = asked
    sheet, parts = drafts.requests(prompt, count, bot.styles)
    say = bot.sentences.say
    choices = Ready("　".join(tap(f"选{number}") for number in range(1, count + 1)))

    def lines(queue: Queue) -> list[str]:
        way = "drafts.push" if turn.snapshot.can_push else "drafts.pull"
        time = time_of(bot.sentences, queue.seconds)
        return [say("drafts.accepted", count=count, time=time), say(way, choices=choices)]

    drawn = (offered(bot, part) for part in parts)
    return take(turn, bot, sheet, lines=lines, parts=list(enumerate(drawn, 1)))


def choose(turn: Turn, bot: Bot) -> Reply | None:
    """Have the final picture of a draft drawn."""
    number = drafts.choice(turn.text)
    if number is None:
        return None
    if known := again(turn, bot):
        return known
    say = bot.sentences.say
    sheet = groups.newest(bot.db, bot.account_id, openid=turn.openid, kind=JobKind.SHEET)
    if sheet is None:
        return TextReply(say("drafts.none"))
    pages = groups.pages(bot.db, sheet.id)
    draft = next((one for one in pages if one.page == number), None)
    if draft is None:
        return TextReply(say("drafts.beyond", count=len(pages)))
    if not draft.picture.endswith(".jpg"):
        name = "drafts.drawing" if draft.state in DRAWING else "drafts.lost"
        return TextReply(say(name, number=number))
    return _final(turn, bot, sheet, draft)


def _final(turn: Turn, bot: Bot, sheet: ImageJob, draft: ImageJob) -> Reply:
    request = drafts.final(
        recipes.of(sheet),
        recipes.of(draft),
        f"{chains.OF_JOB}{draft.id}",
        edits=bool(costs.able(bot.providers, images=1)),
    )
    say = bot.sentences.say

    def lines(queue: Queue) -> list[str]:
        time = time_of(bot.sentences, queue.seconds)
        way = "accepted.push" if turn.snapshot.can_push else "accepted.pull"
        return [say("drafts.final", number=draft.page, time=time), say(way)]

    return take(turn, bot, request, lines=lines, parent_id=draft.id, held=True)
