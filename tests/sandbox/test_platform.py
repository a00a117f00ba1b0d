"""The rest of WeChat's API: menus, quotas, auto replies, addresses, unknown calls."""

from typing import Any

import pytest

from bot.sandbox.usage import LIMITS
from tests.sandbox.sandbox_stage import APP_ID, Stage

CLICK = {"type": "click", "name": "帮助", "key": "help"}
VIEW = {"type": "view", "name": "网站", "url": "https://example.com/"}
MENU = [CLICK, {"name": "更多", "sub_button": [VIEW, CLICK]}]


class TestMenu:
    def test_it_is_made_read_shown_and_deleted(self, stage: Stage) -> None:
        assert stage.post("menu/create", {"button": MENU})["errcode"] == 0

        made = stage.get("menu/get").json()["menu"]["button"]
        assert [button["name"] for button in made] == ["帮助", "更多"]
        assert made[0]["key"] == "help"
        assert [sub["type"] for sub in made[1]["sub_button"]] == ["view", "click"]
        assert stage.look("state")["menu"] == made
        info = stage.get("get_current_selfmenu_info").json()
        assert info["is_menu_open"] == 1
        top = info["selfmenu_info"]["button"]
        assert top[0] == CLICK
        assert [sub["name"] for sub in top[1]["sub_button"]["list"]] == ["网站", "帮助"]

        assert stage.get("menu/delete").json()["errcode"] == 0
        assert stage.get("menu/get").json()["errcode"] == 46003
        assert stage.get("get_current_selfmenu_info").json() == {"is_menu_open": 0}
        assert stage.look("state")["menu"] == []

    @pytest.mark.parametrize(
        ("buttons", "errcode"),
        [
            (None, 40016),
            ([], 40016),
            ([CLICK] * 4, 40016),
            (["帮助"], 40018),
            ([CLICK | {"name": ""}], 40018),
            ([CLICK | {"name": "超过十六个字节的"}], 40018),
            ([CLICK | {"type": "dance"}], 40017),
            ([CLICK | {"type": ["click"]}], 40017),
            ([{"name": "空"}], 40017),
            ([CLICK | {"key": ""}], 40019),
            ([CLICK | {"key": "k" * 129}], 40019),
            ([VIEW | {"url": None}], 40020),
            ([VIEW | {"url": "h" * 1025}], 40020),
            ([{"name": "多", "sub_button": [CLICK] * 6}], 40023),
            ([{"name": "多", "sub_button": [CLICK | {"name": "字" * 21}]}], 40025),
        ],
    )
    def test_what_wechat_would_not_take(self, stage: Stage, buttons: Any, errcode: int) -> None:
        assert stage.post("menu/create", {"button": buttons})["errcode"] == errcode
        assert stage.look("state")["menu"] == []

    def test_escapes_are_refused(self, stage: Stage) -> None:
        data = b'{"button": [{"type": "click", "name": "\\u5e2e", "key": "help"}]}'

        assert stage.post("menu/create", data)["errcode"] == 40033

    def test_unverified_accounts_have_no_menu_api(self, stage: Stage) -> None:
        stage.phone("account", verified=False)

        assert stage.post("menu/create", {"button": MENU})["errcode"] == 48001
        assert stage.get("menu/get").json()["errcode"] == 48001
        assert stage.get("menu/delete").json()["errcode"] == 48001

    def test_the_method_matters(self, stage: Stage) -> None:
        assert stage.get("menu/create").json()["errcode"] == 43002
        assert stage.post("menu/get", {})["errcode"] == 43001


class TestQuota:
    def test_it_counts_each_call(self, stage: Stage) -> None:
        for _ in range(3):
            stage.get("menu/get")

        answer = stage.post("openapi/quota/get", {"cgi_path": "/cgi-bin/menu/get"})

        assert answer["quota"] == {"daily_limit": 10_000, "used": 3, "remain": 9_997}

    def test_an_unknown_path(self, stage: Stage) -> None:
        assert stage.post("openapi/quota/get", {"cgi_path": "/x"})["errcode"] == 76021
        assert stage.post("openapi/quota/get", {"cgi_path": []})["errcode"] == 76021

    def test_used_up_it_refuses_until_it_is_cleared_ten_times_a_month(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(LIMITS, "/cgi-bin/menu/get", 2)
        codes = [stage.get("menu/get").json()["errcode"] for _ in range(3)]
        assert codes == [46003, 46003, 45009]

        cleared = [stage.post("clear_quota", {"appid": APP_ID})["errcode"] for _ in range(11)]

        assert cleared == [0] * 10 + [48006]
        assert stage.get("menu/get").json()["errcode"] == 46003
        assert stage.post("clear_quota", {"appid": "wx1"})["errcode"] == 40013

    def test_a_day_begins_in_beijing(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(LIMITS, "/cgi-bin/menu/get", 0)
        assert stage.get("menu/get").json()["errcode"] == 45009
        monkeypatch.setitem(LIMITS, "/cgi-bin/menu/get", 1)
        assert stage.get("menu/get").json()["errcode"] == 46003
        assert stage.get("menu/get").json()["errcode"] == 45009

        stage.clock.ahead = 24 * 3600
        token = stage.world.tokens.stable()[0]

        assert stage.get("menu/get", access_token=token).json()["errcode"] == 46003


class TestRest:
    def test_the_consoles_own_rules_can_be_read(self, stage: Stage) -> None:
        rules = stage.get("get_current_autoreply_info").json()

        listed = rules["keyword_autoreply_info"]["list"]
        names = [rule["rule_name"] for rule in listed]
        assert names == ["价格", "联系我们", "新手指南", "进群"]
        assert [rule["reply_mode"] for rule in listed][:2] == ["reply_all", "random_one"]

    @pytest.mark.parametrize("path", ["getcallbackip", "get_api_domain_ip"])
    def test_the_addresses_pushes_come_from(self, stage: Stage, path: str) -> None:
        assert stage.get(path).json() == {"ip_list": ["127.0.0.1"]}

    def test_an_unknown_call(self, stage: Stage) -> None:
        assert stage.get("message/mass/send").json()["errcode"] == 40066

    @pytest.mark.parametrize(
        "path",
        ["menu/get", "menu/delete", "getcallbackip", "media/get", "get_current_autoreply_info"],
    )
    def test_every_call_needs_a_token(self, stage: Stage, path: str) -> None:
        assert stage.get(path, access_token="").json()["errcode"] == 41001

    def test_chinese_is_not_escaped_and_every_error_has_a_rid(self, stage: Stage) -> None:
        stage.post("menu/create", {"button": MENU})

        answer = stage.get("menu/get")

        assert "帮助".encode() in answer.content
        assert answer.headers["Content-Type"] == "application/json; encoding=utf-8"
        refused = stage.get("menu/get", access_token="x").json()["errmsg"]
        assert refused.startswith("invalid access_token rid: ")
