"""Every operation of the API, called as it is meant: what it answers is what it says it does."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.admin.api import limits, openapi
from bot.admin.api.table import OPERATIONS
from bot.images import label
from bot.store import imports
from bot.store.imports import State
from bot.store.tables import image_job, rule_import
from tests.admin.api_calls import Api, api
from tests.admin.people import chatter, troubles
from tests.admin.test_openapi import fits
from tests.worlds import World

RULE = {"name": "优惠", "keywords": ["优惠券"], "replies": ["满一百减二十"]}
MENU = {"button": [{"name": "帮助", "type": "click", "key": "帮助"}]}
CSV = "名称,关键词,回复1\n开学,开学,九月一日\n".encode()


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REQUESTS", 1_000_000)


@pytest.fixture(name="caller")
def _caller(world: World) -> Api:
    return api(world, name="xiaoli")


def picture(colour: str = "red") -> bytes:
    made = BytesIO()
    Image.new("RGB", (80, 60), colour).save(made, "JPEG")
    return made.getvalue()


class Calls:
    """Calls operations by their name, holds each answer against its description, notes which."""

    def __init__(self, caller: Api) -> None:
        self.caller = caller
        self.made: set[str] = set()
        self._document = openapi.describe()
        self._operations = {one.name: one for one in OPERATIONS}

    def __call__(self, name: str, *values: object, query: str = "", **given: Any) -> Any:
        operation = self._operations[name]
        path = openapi.path_of(operation)
        for value in values:
            first = path[path.index("{") : path.index("}") + 1]
            path = path.replace(first, str(value), 1)
        headers = {} if "revision" not in given else {"If_Match": f'"{given["revision"]}"'}
        if operation.takes_file:
            headers["Content_Type"] = "image/jpeg"
        response = self.caller.call(
            operation.method, f"{path}?{query}", given.get("body"), **headers
        )
        assert response.status_code == operation.status, (name, response.get_data(as_text=True))
        self.made.add(name)
        if operation.answer is None:
            return response.data
        answer = response.json
        assert fits(answer, operation.answer, self._document), (name, answer)
        return answer


def test_every_operation_does_what_it_says(world: World, caller: Api) -> None:
    chatter(world)
    call = Calls(caller)
    for part in (rules, library, menu, jobs, followers, complaints, settings, members, history):
        part(call)
    call("me")
    for name in call("report_list")["items"]:
        assert call("report_get", name, query="days=30")["columns"]
    assert "消息" in {one["label"] for one in call("overview")["figures"]}

    assert {one.name for one in OPERATIONS} - call.made == set()


def rules(call: Calls) -> None:
    made = call("rule_create", body=RULE)["id"]
    other = call("rule_create", body=RULE | {"name": "别的", "keywords": ["别的"]})["id"]
    assert call("rule_save", made, body=RULE | {"tags": ["新"]}, revision=1)["revision"] == 2
    assert call("rule_list", query="tag=新")["total"] == 1
    assert call("rule_get", made)["rule"]["tags"] == ["新"]
    call("rule_move", other, body={"before": made})
    assert call("rule_switch", body={"ids": [made], "enabled": False}) == {"changed": 1}
    tagged = {"ids": [made, other], "tag": "活动", "on": True}
    assert call("rule_tag", body=tagged) == {"changed": 2}
    batch = call("history_list", query="subject=rule")["items"][0]["batch"]
    assert call("rule_undo", body={"batch": batch}) == {"changed": 2}
    call.caller.world.bot.snapshots.refresh()
    assert call("rule_try", body={"texts": ["别的"]})["items"][0]["kind"] == "rule"
    assert call("rule_delete_many", body={"ids": [other]}) == {"changed": 1}
    call("rule_delete", made)
    assert "名称" in call("rule_export", query="form=csv").decode("utf-8-sig")
    assert call("rule_template").startswith(b"PK")
    imported(call)
    call.caller.world.say("没有人教过我这句话的回答是什么呢")
    call.caller.world.bot.buffer.flush()
    key = call("unmatched_list", query="kind=image")["items"][0]["key"]
    call("unmatched_ignore", body={"key": key, "ignored": True})
    found = call("unmatched_list", query="kind=image&ignored=true")["items"]
    assert [one["key"] for one in found] == [key]


def complaints(call: Calls) -> None:
    call.caller.world.say("投诉 1号 画得不像")
    (found,) = call("complaint_list", query="state=open")["items"]
    assert (found["job"], found["content"]) == (1, "1号 画得不像")
    call("complaint_handle", found["id"], body={"note": "已经道歉"})
    assert call("complaint_list", query="state=handled")["items"][0]["handled_by"]


def imported(call: Calls) -> None:
    made = ready(call, call("import_begin", query="name=规则.csv", body=CSV)["id"])
    assert made["plan"]["new"] == 1
    number = made["id"]
    assert call("import_rows", number, query="fate=new")["items"][0]["rule"]["name"] == "开学"
    call("import_choose", number, body={"overwrite": False, "complete": False})
    assert call("import_apply", number) == {"changed": 1}
    assert call("import_undo", number) == {"changed": 1}
    assert call("import_list")["items"][0]["state"] == "undone"
    ready(call, call("import_from_wechat")["id"])
    broken = ready(call, call("import_begin", query="name=x.xlsx", body=b"PK")["id"])
    assert (broken["state"], broken["problem"][:4]) == ("failed", "这不是 ")
    interrupted(call)


def interrupted(call: Calls) -> None:
    """A file that nobody reads any more is read again."""
    bot = call.caller.world.bot
    options = {"overwrite": True, "complete": False}
    task = {"form": "csv", "options": options}
    number = imports.begin(bot.db, bot.account_id, source="x.csv", by="x", plan=task)
    (bot.settings.data_dir / "imports" / f"{number}.part").write_bytes(CSV)
    with bot.db.write() as tx:
        tx.execute(rule_import.update().where(rule_import.c.id == number).values(created_at=1))
    assert call("import_get", number)["state"] == "interrupted"
    call("import_again", number)
    assert ready(call, number)["plan"]["new"] == 1


def ready(call: Calls, number: int) -> dict[str, Any]:
    while (found := call("import_get", number))["state"] == State.READING:
        pass
    assert isinstance(found, dict)
    return found


def library(call: Calls) -> None:
    made = call("library_add", query="name=价目表.jpg", body=picture())
    assert (made["name"], made["standing"], made["kind"]) == ("价目表.jpg", "unused", "image")
    assert made["created_by"] == "脚本 (xiaoli)"
    assert call("library_list", query="text=价目")["total"] == 1
    replaced = call("library_replace", "价目表.jpg", body=picture("blue"))
    assert replaced["sha256"] != made["sha256"]
    call("library_rename", "价目表.jpg", body={"name": "价格.jpg"})
    assert call("library_get", "价格.jpg")["size"] == replaced["size"]
    assert call("library_file", "价格.jpg").startswith(b"\xff\xd8\xff")
    call("library_upload", "价格.jpg")
    renamed = call("history_list", query="subject=library")["items"][0]
    assert call("history_undo", body={"batch": renamed["batch"]}) == {"changed": 1}
    call("library_delete", "价目表.jpg")
    deleted = call("history_list", query="subject=library")["items"][0]["id"]
    assert call("history_restore", deleted) == {"object": "library:价目表.jpg"}
    assert call("library_get", "价目表.jpg")["size"] == replaced["size"]


def menu(call: Calls) -> None:
    draft = call("menu_get")
    saved = call("menu_save", body=MENU, revision=draft["revision"])
    assert (saved["revision"], saved["problems"]) == (1, [])
    assert not call("menu_review")["same"]
    call("menu_publish", revision=1)
    assert call("menu_live")["document"] == MENU
    assert call("menu_review")["same"]
    call("menu_save", body={"button": []}, revision=1)
    version = call("menu_versions")["items"][0]["id"]
    assert call("menu_roll_back", version)["document"] == MENU
    assert call("menu_adopt") == {"document": MENU, "changed": []}
    call("menu_take_down")
    assert call("menu_live")["document"] is None
    emptied = call("history_list", query="object=menu:draft&size=3")["items"][2]["id"]
    call("history_restore", emptied)
    assert call("menu_get")["document"] == {"button": []}


def jobs(call: Calls) -> None:
    world = call.caller.world
    assert call("job_get", 1)["state"] == "delivered"
    drawn = call("job_picture", 1)
    assert drawn == world.bot.pictures.read(world.job(1).picture)
    copied = call("job_copy", 1)["name"]
    assert label.read(call("library_file", copied)) == label.read(drawn)
    assert call("job_hide", 1)["hidden_at"]
    assert call("job_list", query="pictures=true&hidden=true")["total"] == 1
    assert call("job_unhide", 1)["hidden_at"] is None
    assert call("job_send", 1)["state"] == "generated"
    ids = troubles(world)
    assert call("job_list", query="state=failed")["items"][0]["id"] == ids["failed"]
    assert call("job_queue")["unknown"] == 1
    assert call("job_cancel", ids["queued"])["state"] == "cancelled"
    assert call("job_retry", ids["failed"], body={})["state"] == "queued"
    released = call("job_release", ids["unknown"], body={"paid": False})
    assert (released["state"], released["reason"]) == ("failed", "released")


def followers(call: Calls) -> None:
    (one,) = call("follower_list")["items"]
    veiled, world = one["id"], call.caller.world
    assert one["openid"] == f"{world.openid[:6]}…"
    assert call("follower_remark", veiled, body={"remark": "老王"})["remark"] == "老王"
    left = call("follower_get", veiled)["left_today"]
    assert call("follower_grant", veiled, body={"more": 3})["left_today"] == left + 3
    body = {"until": "2999-01-01T00:00:00+08:00", "reason": "刷屏"}
    assert call("follower_block", veiled, body=body)["blocked_until"].startswith("2998-12-31")
    assert call("follower_block", veiled, body={"until": None})["blocked"]
    assert not call("follower_unblock", veiled)["blocked"]
    assert call("job_list", query=f"follower={veiled}")["total"] > 0
    said = call("follower_said", veiled, query="size=200")["items"]
    assert "电子书" in [one["content"] for one in said]
    with world.bot.db.write() as tx:
        tx.execute(image_job.update().values(state="cancelled"))
    call("follower_forget", veiled)
    assert call("follower_list")["total"] == 0


def settings(call: Calls) -> None:
    listed = {one["name"]: one for one in call("setting_list")["items"]}
    secret = listed["OPENAI_API_KEY"]
    assert (secret["value"], secret["secret"], secret["set"]) == (None, True, True)
    assert listed["SECRET_KEY"]["value"] == "已经设好"
    assert call("setting_put", "BUDGET_DAILY", body={"value": "12.5"})["source"] == "console"
    assert call("setting_get", "BUDGET_DAILY")["value"] == "12.5"
    call("setting_patch", body={"BUDGET_DAILY": None, "IMAGES_PER_MINUTE": "7"})
    assert call("setting_get", "BUDGET_DAILY")["source"] == "default"
    set_ = call("history_list", query="object=setting:BUDGET_DAILY")["items"][-1]["id"]
    assert call("history_restore", set_) == {"object": "setting:BUDGET_DAILY"}
    assert call("setting_get", "BUDGET_DAILY")["value"] == "12.5"
    name = call("text_list")["items"][0]["name"]
    own = call("text_put", name, body={"text": "你好呀"})
    assert (own["text"], own["own"]) == ("你好呀", True)
    assert not call("text_put", name, body={"text": None})["own"]
    call("words_put", body={"words": "坏话"})
    assert call("words_get") == {"words": "坏话"}
    assert call("try_wechat")["healthy"]
    assert call("try_images")["healthy"]


def members(call: Calls) -> None:
    world = call.caller.world
    world.say("又来了")
    world.bot.buffer.flush()
    made = call("member_invite", body={"name": "小周", "role": "editor"})
    number = made["member"]["id"]
    assert made["member"]["one_time_password"]
    assert len(made["password"]) > 20
    assert call("member_role", number, body={"role": "operator"})["role"] == "operator"
    assert call("member_disable", number)["disabled"]
    assert not call("member_enable", number)["disabled"]
    assert call("member_reset", number)["password"] != made["password"]
    call("member_drop_totp", number)
    call("member_end_sessions", number)
    veiled = call("follower_list")["items"][0]["id"]
    bound = call("member_follower", number, body={"follower": veiled})
    assert bound["openid"] == f"{world.openid[:6]}…"
    assert call("member_follower", number, body={"follower": None})["openid"] == ""
    assert len(call("member_list")["items"]) == 2
    call("login_list")


def history(call: Calls) -> None:
    assert call("history_verify")["whole"]
    newest = call("history_list")["items"][0]["id"]
    assert call("history_get", newest)["via"] == "api"
