"""Draws assets/replies/mysql-map.jpg, the map that answers "MySQL知识图谱"."""  # noqa: INP001 - a script, no package

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = Path(__file__).resolve().parent.parent
FONT = ROOT / "assets/fonts/NotoSansSC-Bold.woff2"
TARGET = ROOT / "assets/replies/mysql-map.jpg"

WIDTH, HEIGHT = 1080, 1620
SCALE = 2  # drawn larger and reduced, for smooth edges
INK, SOFT, ROAD, PAPER = "#1f2a44", "#5d6a85", "#b9c6de", "#f4f6fb"
MARGIN, TOP, CARD_WIDTH, CARD_HEIGHT, ROW = 36, 252, 456, 292, 316
MIDDLE = WIDTH // 2


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    colour: str
    topics: tuple[str, ...]


STEPS = (
    Step("基础", "#1668c7", ("安装配置", "数据类型", "建库建表", "约束", "字符集", "用户权限")),
    Step("SQL", "#0b7f83", ("增删改查", "多表连接", "分组聚合", "子查询", "窗口函数", "视图")),
    Step("索引", "#2c7d3a", ("B+ 树", "聚簇索引", "联合索引", "覆盖索引", "最左前缀", "EXPLAIN")),
    Step("事务与锁", "#94690a", ("ACID", "隔离级别", "MVCC", "行锁", "间隙锁", "死锁排查")),
    Step("日志与复制", "#b3541e", ("redo log", "undo log", "binlog", "主从复制", "半同步", "GTID")),
    Step("优化", "#c02f4b", ("慢查询日志", "改写 SQL", "表结构设计", "深分页", "参数调整", "压测")),
    Step("架构", "#8b3fae", ("读写分离", "分库分表", "高可用", "MGR 集群", "缓存一致", "数据迁移")),
    Step(
        "运维", "#4d4fc0", ("全量备份", "增量恢复", "监控告警", "平滑升级", "安全审计", "容量规划")
    ),
)


class Canvas:
    """Draws in the picture's own pixels."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
        self.pen = ImageDraw.Draw(self.image)

    def box(self, box: tuple[float, float, float, float], radius: float, fill: str) -> None:
        self.pen.rounded_rectangle([side * SCALE for side in box], radius * SCALE, fill=fill)

    def line(self, points: list[tuple[float, float]], fill: str, width: float) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.pen.line(scaled, fill=fill, width=round(width * SCALE), joint="curve")

    def text(self, at: tuple[float, float], text: str, size: int, fill: str, anchor: str) -> None:
        place = (at[0] * SCALE, at[1] * SCALE)
        self.pen.text(place, text, font=_font(size), fill=fill, anchor=anchor)

    def shadow(self, box: tuple[float, float, float, float], radius: float) -> None:
        left, top, right, bottom = (round(side * SCALE) for side in box)
        room = 24 * SCALE
        size = (right - left + 2 * room, bottom - top + 2 * room)
        veil = Image.new("L", size)
        inner = (room, room, size[0] - room, size[1] - room)
        ImageDraw.Draw(veil).rounded_rectangle(inner, radius * SCALE, fill=46)
        veil = veil.filter(ImageFilter.GaussianBlur(8 * SCALE))
        self.image.paste(INK, (left - room, top - room + 6 * SCALE), veil)


def draw() -> Image.Image:
    canvas = Canvas()
    _spine(canvas)
    _head(canvas)
    for place, step in enumerate(STEPS):
        _card(canvas, place, step)
    canvas.text((MIDDLE, HEIGHT - 42), "画信 · 学完一步练一步，再往下走", 30, SOFT, "mm")
    return canvas.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _head(canvas: Canvas) -> None:
    canvas.box((0, -60, WIDTH, 214), 56, "#14315f")
    canvas.box((0, -60, WIDTH, 206), 56, "#1b4483")
    canvas.text((MIDDLE, 82), "MySQL 知识图谱", 84, "#ffffff", "mm")
    canvas.text((MIDDLE, 162), "八步走完：从会用，到用好，到管好", 36, "#cfe0fb", "mm")


def _card_box(place: int) -> tuple[float, float, float, float]:
    left = MARGIN if place % 2 == 0 else WIDTH - MARGIN - CARD_WIDTH
    top = TOP + place // 2 * ROW
    return left, top, left + CARD_WIDTH, top + CARD_HEIGHT


def _spine(canvas: Canvas) -> None:
    """Draw the way that leads from card to card, behind them."""
    rows = [TOP + row * ROW + 45 for row in range(len(STEPS) // 2)]
    canvas.line([(MIDDLE, 200), (MIDDLE, rows[-1])], ROAD, 10)
    for row in rows:
        canvas.line([(MIDDLE - 60, row), (MIDDLE + 60, row)], ROAD, 10)
        canvas.box((MIDDLE - 16, row - 16, MIDDLE + 16, row + 16), 16, "#1b4483")
        canvas.box((MIDDLE - 7, row - 7, MIDDLE + 7, row + 7), 7, "#ffffff")


def _card(canvas: Canvas, place: int, step: Step) -> None:
    box = _card_box(place)
    left, top, right, _ = box
    canvas.shadow(box, 28)
    canvas.box(box, 28, "#ffffff")
    canvas.box((left, top, right, top + 140), 28, step.colour)
    canvas.box((left, top + 92, right, top + 160), 0, "#ffffff")
    canvas.box((left + 22, top + 16, left + 82, top + 76), 30, "#ffffff")
    canvas.text((left + 52, top + 45), str(place + 1), 40, step.colour, "mm")
    canvas.text((left + 102, top + 45), step.title, 46, "#ffffff", "lm")
    for number, topic in enumerate(step.topics):
        column, row = number % 2, number // 2
        _topic(canvas, topic, step.colour, (left + 20 + column * 212, top + 108 + row * 58))


def _topic(canvas: Canvas, topic: str, colour: str, at: tuple[float, float]) -> None:
    left, top = at
    canvas.box((left, top, left + 204, top + 50), 16, _tint(colour))
    canvas.text((left + 102, top + 24), topic, 33, INK, "mm")


def _tint(colour: str) -> str:
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part * 0.13 + 255 * 0.87):02x}" for part in parts)


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size * SCALE)


if __name__ == "__main__":
    draw().save(TARGET, quality=88, optimize=True, progressive=True)
