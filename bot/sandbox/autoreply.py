"""The automatic replies that an operator left in WeChat's own console, as WeChat tells them."""

from typing import Any


def _text(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}


def _rule(
    name: str, keywords: list[tuple[str, str]], *replies: dict[str, Any], mode: str = "reply_all"
) -> dict[str, Any]:
    return {
        "rule_name": name,
        "create_time": 1_760_000_000 + len(name),
        "reply_mode": mode,
        "keyword_list_info": [
            {"type": "text", "match_mode": match, "content": content} for match, content in keywords
        ],
        "reply_list_info": list(replies),
    }


AUTOREPLY: dict[str, Any] = {
    "is_add_friend_reply_open": 1,
    "is_autoreply_open": 1,
    "add_friend_autoreply_info": _text("感谢关注，回复“价格”了解服务。"),
    "message_default_autoreply_info": _text("已收到，稍后回复您。"),
    "keyword_autoreply_info": {
        "list": [
            _rule(
                "价格",
                [("contain", "价格"), ("equal", "多少钱")],
                _text("单次 9 元，包月 99 元。"),
            ),
            _rule(
                "联系我们",
                [("equal", "联系")],
                _text("工作日 9:00–18:00 在线。"),
                _text("请留下电话，我们会回访。"),
                mode="random_one",
            ),
            _rule(
                "新手指南",
                [("equal", "指南"), ("contain", "怎么开始")],
                {
                    "type": "news",
                    "news_info": {
                        "list": [
                            {
                                "title": "三分钟上手",
                                "author": "小林",
                                "digest": "从关注到第一张图",
                                "show_cover": 1,
                                "cover_url": "http://mmbiz.qpic.cn/mmbiz_jpg/cover1/0",
                                "content_url": "http://mp.weixin.qq.com/s?__biz=MzA&mid=1&idx=1",
                                "source_url": "",
                            },
                            {
                                "title": "常见问题",
                                "author": "小林",
                                "digest": "",
                                "show_cover": 0,
                                "cover_url": "",
                                "content_url": "http://mp.weixin.qq.com/s?__biz=MzA&mid=1&idx=2",
                                "source_url": "",
                            },
                        ]
                    },
                },
            ),
            _rule(
                "进群",
                [("contain", "进群")],
                _text("扫下面的码，备注来意。"),
                # WeChat tells a temporary media id here: three days, another one on each call.
                {"type": "img", "content": "nDKDHWbH0oCUzY9KBiz1Ks8vGNJyqMsFRuOXXKJ7xIl"},
            ),
        ]
    },
}
