/** Why this answer: the rules the matcher looked at, and what came of each. */

import { h } from "./dom.js";

const MODES = {
  exact: "完全匹配",
  contains: "包含",
  prefix: "开头是",
  all_of: "全部包含",
  regex: "正则",
};

const OUTCOMES = {
  won: "命中",
  excluded: "含排除词，跳过",
  outranked: "也能命中，但排在后面",
  not_yet: "还没到生效时间",
  ended: "已过生效时间",
  disabled: "已停用",
};

// The bot's own handlers; one added later is called by its name.
const HANDLERS = {
  follow: "关注欢迎",
  keyword: "关键词",
  collect: "取图",
  last: "上一张",
  cancel: "取消",
  quota: "额度",
  works: "我的作品",
  help_: "帮助",
  image: "画图",
  default: "默认回复",
};

/**
 * @param {{text: string, normalised: string, handler: string, rule: string, suggestion: string,
 *   tried: {name: string, keyword: string, mode: string, outcome: string}[], ms?: number}} trace
 */
function sentence({ handler, rule, suggestion }) {
  if (rule) return [h("b", {}, `规则「${rule}」`), "命中，回复了它的内容。"];
  if (suggestion)
    return ["没有规则命中，但很像", h("b", {}, `「${suggestion}」`), "，所以先问一声。"];
  if (handler)
    return [
      "没有关键词规则命中，由",
      h("b", {}, `「${HANDLERS[handler] ?? handler}」`),
      "来回复。",
    ];
  return ["没有规则命中。"];
}

function tableOf(tried) {
  const cells = ({ name, keyword, mode, outcome }) =>
    h(
      "tr",
      { class: outcome === "won" ? "won" : "" },
      h("td", {}, name),
      h("td", {}, keyword),
      h("td", {}, MODES[mode] ?? mode),
      h("td", {}, OUTCOMES[outcome] ?? outcome),
    );
  const head = ["规则", "关键词", "方式", "结果"].map((words) => h("th", { scope: "col" }, words));
  return h(
    "div",
    { class: "table", tabindex: "0", role: "group", "aria-label": "看过的规则" },
    h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...tried.map(cells))),
  );
}

export function traceTable(trace) {
  const tried = trace.tried ?? [];
  return h(
    "section",
    { class: "trace" },
    h("h3", {}, "为什么这样回复"),
    h("p", {}, ...sentence(trace)),
    trace.normalised &&
      h(
        "p",
        { class: "note" },
        "按这样匹配：",
        h("code", {}, trace.normalised),
        trace.ms !== undefined && `，用时 ${trace.ms} 毫秒`,
      ),
    tried.length > 0
      ? tableOf(tried)
      : h("p", { class: "note" }, "没有一条规则的关键词和这句话沾边。"),
  );
}
