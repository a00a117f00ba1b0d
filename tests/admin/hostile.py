"""What an attacker may try to have shown, planted in every text that is stored."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

from sqlalchemy import func, select

from bot import recipes
from bot.editing import rules, tokens
from bot.editing.desk import Desk
from bot.images import own_styles
from bot.images.styles import Style
from bot.models import ImageRequest
from bot.store import imports, members, settings
from bot.store.database import now_ms
from bot.store.history import Actor
from bot.store.members import Role, Stage
from bot.store.tables import (
    complaint,
    decision,
    follower,
    image_job,
    library,
    login,
    media,
    message,
    provider_state,
)
from tests.worlds import World

PAYLOADS = (
    # elements
    "<script>window.__xss=1</script>",
    "<ScRiPt>window.__xss=2</sCrIpT>",
    "<scr<script>ipt><svg/onload=window.__xss=3></scr</script>ipt>",
    "<script src=data:,window.__xss=4></script>",
    "<script type=module>window.__xss=5</script>",
    "<img src=x onerror=window.__xss=6>",
    "<img/src/onerror=window.__xss=7>",
    "<svg onload=window.__xss=8>",
    "<svg><script>window.__xss=9</script></svg>",
    "<svg><animate onbegin=window.__xss=10 attributeName=x dur=1s>",
    "<math><mi xlink:href='javascript:window.__xss=11'>x",
    "<body onload=window.__xss=12>",
    "<iframe srcdoc='<script>parent.__xss=13</script>'>",
    "<iframe src=javascript:parent.__xss=14>",
    "<details open ontoggle=window.__xss=15>",
    "<input autofocus onfocus=window.__xss=16>",
    "<object data=javascript:window.__xss=17>",
    "<a href=javascript:window.__xss=18>x</a>",
    "<form action=javascript:window.__xss=19><button>x",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;javascript:__xss=21'>",
    "<style>@import'//evil.example/22'</style>",
    "<link rel=stylesheet href=//evil.example/23>",
    # out of where a text stands
    '" onmouseover="window.__xss=24" x="',
    "' onfocus='window.__xss=25' autofocus x='",
    '"><svg onload=window.__xss=26>',
    "'><svg onload=window.__xss=27>",
    "</textarea><script>window.__xss=28</script>",
    "</title><script>window.__xss=29</script>",
    "</script><script>window.__xss=30</script>",
    "--><script>window.__xss=31</script><!--",
    "]]><script>window.__xss=32</script>",
    "';window.__xss=33;//",
    "${window.__xss=34}`${window.__xss=34}`",
    "{{ self.__init__.__globals__ }}{% raw %}35",
    # what a browser, a sheet or a reader takes for something else
    "javascript:window.__xss=36//%0Awindow.__xss=36",
    '=HYPERLINK("javascript:window.__xss=37","x")',
    "&lt;script&gt;window.__xss=38&lt;/script&gt;&#60;img src=x onerror=__xss=38&#62;",
    "\u202e\u2066<img src=x onerror=window.__xss=39>\u2069\u202c\u2028\u2029\ufeff",
    "\x01\x08\x0b\x1b[31m<img\x0csrc=x\x0conerror=window.__xss=40>\x7f\x85",
)
NUMBERS = count(1)


def desk(world: World, text: str) -> Desk:
    return Desk(world.bot.db, world.bot.account_id, Actor(name=text, via="console", address=text))


def _rules(world: World, text: str) -> None:
    """A rule's every text, once as it stands, once in the history, once deleted."""
    name = f"{next(NUMBERS)} {text}"[:60]
    article = {"title": text, "description": text, "url": "https://example.com/" + text}
    replies: list[Any] = [text[:600] or "x", {"type": "news", "articles": [article]}]
    replies += [{"type": "image", "media": "file:" + _file(text), "alt": text}]
    document = {
        "name": name,
        "keywords": [name, {"text": name, "mode": "contains"}],
        "excluding": [name],
        "tags": [text.replace(",", "").strip()[:20].strip() or "x"],
        "replies": replies,
    }
    first = rules.create(desk(world, text), document, note=text)
    rules.save(desk(world, text), first, document | {"pick": "random"}, revision=1, note=text)
    rules.delete(desk(world, text), [rules.create(desk(world, text), document, note=text)])


def _members(world: World, text: str) -> None:
    db, number = world.bot.db, next(NUMBERS)
    with db.write() as tx:
        made = members.insert(
            tx,
            world.bot.account_id,
            name=f"{number}{text}"[:64],
            password_hash="",
            role=Role.OWNER,
        )
        members.change(tx, made, openid=text[:64])
        tx.execute(
            login.insert().values(
                account_id=world.bot.account_id,
                at=now_ms(),
                name=text[:64],
                address=text[:64],
                agent=text[:255],
                outcome="bad_password",
            )
        )
    kept = {"address": text[:64], "agent": text[:255], "stage": Stage.FULL, "csrf": "x"}
    members.open_session(db, made, id_hash=f"hostile{number}", **kept)
    member = members.get(db, made)
    assert member
    tokens.create(
        desk(world, text),
        member,
        name=text[:40],
        scopes=tokens.SCOPES,
        days=7,
        now=world.bot.now_ms(),
    )


def _followers(world: World, text: str) -> None:
    """A follower, what they said, and a job in every state that has words of others in it."""
    number = next(NUMBERS)
    own = {"account_id": world.bot.account_id, "openid": f"oHostile{number:020}"}
    with world.bot.db.write() as tx:
        seen = {"subscribed": True, "first_seen_at": now_ms(), "last_seen_at": now_ms()}
        blocked = {"blocked_until": now_ms() + 9e9, "blocked_reason": text[:255]}
        tx.execute(follower.insert().values(**own, **seen, **blocked, remark=text[:64]))
        said = {"message_key": f"hostile{number}", "content": text, "kind": text[:32]}
        tx.execute(message.insert().values(**own, **said, handler=text[:32], created_at=now_ms()))
        for state in ("failed", "unknown", "cancelled", "delivered"):
            tx.execute(image_job.insert().values(**own, **_job(world, state, text)))
        for handled_at in (0, now_ms()):
            key = {"message_key": f"hostile{next(NUMBERS)}", "created_at": now_ms()}
            made = {"content": text, "handled_at": handled_at, "handled_by": text[:64]}
            tx.execute(complaint.insert().values(**own, **key, **made, note=text[:255], job_id=1))


def _job(world: World, state: str, text: str) -> dict[str, Any]:
    day = world.bot.today()
    own: dict[str, Any] = {"state": state, "prompt": text, "width": 1024, "height": 1024}
    own |= {"message_key": f"hostile{next(NUMBERS)}", "acknowledgement": text}
    own |= {"day": day, "month": day[:7], "created_at": now_ms(), "finished_at": now_ms()}
    own |= {"detail": text[:500], "provider": text[:64], "model": text[:64], "words": text}
    return own | {"reason": "provider_down", "request_id": text[:128]}


def _files(world: World, text: str) -> None:
    own = {"account_id": world.bot.account_id, "name": f"{next(NUMBERS)}{_file(text)}"[:191]}
    with world.bot.db.write() as tx:
        kept = {"kind": "image", "sha256": "0" * 64, "created_by": text[:64], "size": 1}
        tx.execute(library.insert().values(**own, **kept, created_at=now_ms()))
        tx.execute(
            media.insert().values(
                **own,
                app_id=world.bot.settings.wechat_app_id,
                kind="image",
                sha256="0" * 64,
                error=text[:255],
            )
        )


def _imports(world: World, text: str) -> None:
    """Imports in every state: a name, a plan's rows, problems and notes, and why one failed."""
    db, account_id = world.bot.db, world.bot.account_id
    document = {"name": text, "keywords": [text], "replies": [{"type": "text", "content": text}]}
    said = {"name": text, "problems": [text], "notes": [text], "id": 1, "revision": 1}
    fates = ("new", "changed", "same", "error", "deleted")
    items = [said | {"number": 1, "fate": fate, "document": document} for fate in fates]
    options = {"overwrite": True, "complete": True}
    plan = {"options": options, "version": 1, "items": items, "problems": [text], "problem": text}
    for state in imports.State:
        made = imports.begin(db, account_id, source=text, by=text, plan=plan)
        imports.finish(db, made, owner="", state=state, plan=plan)


def _studio(world: World, text: str) -> None:
    """A style, a picture asked for in it, what was not allowed of it, and a service that failed."""
    db, account_id, number = world.bot.db, world.bot.account_id, next(NUMBERS)
    style = Style(
        name=text[:64], aliases=(text[:64] + "2",), words=text, instead=text, example=text
    )
    recipe = ImageRequest(prompt=text, style=text, title=text, ground=text, quality=text)
    own = {"account_id": account_id, "openid": f"oHostile{number:020}"}
    with db.write() as tx:
        known = len(settings.fetch(tx, account_id)) + 1
        kept = json.dumps(own_styles.document(style))
        settings.keep(tx, account_id, {f"{own_styles.OWN}hostile{known}": kept})
        seen = {"subscribed": True, "first_seen_at": now_ms(), "last_seen_at": now_ms()}
        tx.execute(follower.insert().values(**own, **seen, remark=text[:64]))
        asked = {"recipe": recipes.dump(recipe), "tried": text[:255], "kind": text[:16]}
        tx.execute(image_job.insert().values(**own, **_job(world, "failed", text), **asked))
        drawn = tx.execute(select(func.max(image_job.c.id))).scalar_one()
        made = {
            "verdict": "blocked",
            "reason": text[:255],
            "at": now_ms(),
            "day": world.bot.today(),
        }
        for place in range(3):
            key = {"message_key": f"hostile{number}|{place}", "stage": text[:16]}
            tx.execute(decision.insert().values(**own, **key, **made, job_id=drawn))
        failed = {"failures": 3, "open_until": now_ms() + 60_000, "error": text[:255]}
        tx.execute(provider_state.delete())
        tx.execute(provider_state.insert().values(account_id=account_id, name="openai", **failed))


def _file(text: str) -> str:
    return text.replace("/", "").replace("\\", "").replace("\n", "")[:150] + "x.png"


# Whoever stores a new text adds here how it is planted.
PLANTS: tuple[Callable[[World, str], None], ...] = (
    *(_rules, _members, _followers, _files, _imports),
    _studio,
)


def plant(world: World, text: str) -> None:
    """Store *text*, or as much of it as fits, in every field."""
    for one in PLANTS:
        one(world, text)
