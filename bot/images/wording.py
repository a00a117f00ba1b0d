"""A request → the words a model gets: what is asked for, and what must not change. Pure."""

from bot.images import styles, titles
from bot.images.styles import Styles
from bot.models import ImageRequest

_CHINESE = {
    "numbered": "一共给了 {count} 张图，按顺序是{names}。",
    "name": "图{number}",
    "between": "、",
    "ground": "背景是纯色 {colour}，平整均匀，没有渐变、纹理和阴影。",
    "clear": "背景透明，只有主体，边缘干净，没有底色和投影。",
    "style": "只换画风：人物的长相、表情、姿态，物体和构图都和原图一样，不增加、不去掉任何东西。",
    "rest": "除了上面要求的，其余都不变：人物的长相、表情、姿态，物体的样子和位置，"
    "构图、光线和背景都和原图一样。",
    "several": "各图里的人物和物体保持原来的长相、样子和颜色。",
    "shape": "画幅和原图不同：把场景自然地延伸到新的画幅，主体完整，不拉伸，不裁掉。",
}
_ENGLISH = {
    "numbered": "{count} pictures are given, in this order: {names}. ",
    "name": "picture {number}",
    "between": ", ",
    "ground": "The background is plain {colour}, even, without gradient, texture or shadow. ",
    "clear": "The background is transparent: the subject alone, clean edges, no backdrop. ",
    "style": "Change the style only: faces, expressions, poses, objects and composition stay as"
    " they are; nothing is added or removed. ",
    "rest": "Beyond that nothing changes: faces, expressions, poses, objects and their places,"
    " composition, light and background stay as they are. ",
    "several": "People and things keep the looks and colours they have in each picture. ",
    "shape": "The frame differs from the original: extend the scene naturally, keep the subject"
    " whole, do not stretch or crop it. ",
}


def said(
    request: ImageRequest,
    *,
    style: str = "",
    reshaped: bool = False,
    known: Styles | None = None,
) -> str:
    """Return the words for the model.

    *style* is how the request's style is described to a model; *reshaped* says that the picture
    gets another ratio than the one it is made from; *known* are the styles, by default the
    file's. A model forgets what it is not told again, so
    an edit says each time what has to stay.
    """
    words = _CHINESE if titles.is_chinese(request.prompt) else _ENGLISH
    lines = [_asked(request), style]
    if request.ground:
        lines.append(words["ground"].format(colour=request.ground))
    if request.transparent:
        lines.append(words["clear"])
    only_style = bool(style) and (known or styles.first()).is_only(request.prompt)
    if count := len(request.sources):
        lines.append(words["several" if count > 1 else "style" if only_style else "rest"])
    if reshaped:
        lines.append(words["shape"])
    if count > 1:
        numbers = range(1, count + 1)
        names = words["between"].join(words["name"].format(number=one) for one in numbers)
        lines.insert(0, words["numbered"].format(count=count, names=names))
    return "\n".join(line.strip() for line in lines if line)


def sets_title(request: ImageRequest) -> bool:
    """Whether the title is set into the finished picture by us, and not drawn by the model.

    A title with a character that no typeface of ours has is left to the model, as is one on a
    picture one can see through.
    """
    fits = 0 < len(titles.clean(request.title)) <= titles.MAX_CHARACTERS
    ours = request.lettering == "ours" and not request.transparent
    return ours and fits and not titles.missing(request.title)


def _asked(request: ImageRequest) -> str:
    if sets_title(request):
        place = "right" if request.vertical else "top"
        return titles.prompt_without(request.prompt, request.title, place=place)
    return titles.prompt_with(request.prompt, request.title) if request.title else request.prompt
