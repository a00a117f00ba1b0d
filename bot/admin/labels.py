"""What states, reasons and behaviours are called in the console; translated where shown."""

from typing import Final

STATES: Final = {
    "queued": "排队中",
    "generating": "正在画",
    "generated": "正在送",
    "delivered": "已送达",
    "waiting": "等粉丝来取",
    "collected": "已领取",
    "kept": "已备好",
    "cancelled": "已取消",
    "failed": "没画成",
    "unknown": "结果不明",
}
TONES: Final = {
    "delivered": "good",
    "collected": "good",
    "kept": "good",
    "waiting": "warn",
    "failed": "bad",
    "unknown": "bad",
}
REASONS: Final = {
    "moderation_input": "描述没过审核",
    "moderation_output": "图没过审核",
    "rate_limit": "服务限速",
    "no_money": "服务余额不足",
    "bad_key": "密钥有误",
    "bad_request": "请求不被接受",
    "provider_down": "服务不可用",
    "outcome_unknown": "服务没有回话",
    "bad_picture": "图打不开",
    "media_refused": "微信没有收下",
    "not_offered": "服务做不到",
    "no_writer": "没有文字模型",
    "paused": "画图暂停了",
    "too_many_blocks": "当天多次没过审核",
    "no_photo": "照片取不到",
    "chain_too_long": "改得太多次",
    "internal": "内部错误",
    "cancelled": "运营者取消",
    "released": "运营者核对过",
}
STAGES: Final = {
    # Where a verdict is given, in the order of a job's life.
    "words": "屏蔽词",
    "input": "画之前查描述",
    "draw": "服务不肯画",
    "output": "画好再查",
}
VERDICTS: Final = {"passed": "通过", "blocked": "没通过", "pardoned": "解除暂停"}
DRAWN: Final = {"draw": "新图", "edit": "改图"}
MADE: Final = {
    # What is no picture by itself.
    "sheet": "抽卡",
    "deck": "图像PPT",
    "outline": "大纲",
    "describe": "反推",
}
EVERY_KIND: Final = DRAWN | MADE
QUALITIES: Final = {"low": "快速", "high": "高清"}
HANDLERS: Final = {
    "blocked": "已屏蔽",
    "follow": "关注欢迎",
    "keyword": "关键词回复",
    "collect": "取图",
    "last": "上一张",
    "back": "退一步",
    "choices": "接着改",
    "photo": "收照片",
    "cancel": "取消",
    "quota": "额度",
    "works": "我的作品",
    "terms": "用户协议",
    "complaint": "投诉",
    "unlabelled": "无标识原图",
    "share": "同款",
    "help_": "帮助",
    "drafts": "抽卡",
    "deck": "图像PPT",
    "describe": "反推",
    "image": "画图",
    "default": "默认回复",
}
KINDS: Final = {
    "image": "图片",
    "voice": "语音",
    "video": "视频",
    "location": "位置",
    "link": "链接",
    "subscribe": "关注",
    "unsubscribe": "取消关注",
    "click": "点了菜单",
    "view": "点了菜单链接",
    "scan": "扫码",
}
DOOR: Final = {
    "forged": "签名不对",
    "stale": "时间不对",
    "malformed": "格式不对",
    "unreadable": "读不懂",
    "unknown": "不认识的类型",
    "failed": "出错",
}
