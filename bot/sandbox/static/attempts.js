/** One push's attempts: outcome, time against the limit, and the bytes. */

import { clock, h, icon } from "./dom.js";

const LIMIT = 5000;

/**
 * @typedef {{n: number, at: number, ms: number, status: number|null, outcome: string, url: string,
 *   request_xml: string, request_body: string, response_body: string, response_xml: string,
 *   trace: object|null}} Attempt
 */

const OUTCOMES = {
  answered: "回复了",
  success: "收下，不回复",
  timeout: "超过 5 秒",
  failed: "没有成功",
};

const milliseconds = (ms) => `${Math.round(ms).toLocaleString("zh-CN")} 毫秒`;

/** The first thing an operator wants to know. @returns {(Node|string)[]} */
export function outcomeWords({ attempts, done }) {
  const last = attempts.at(-1);
  if (!last) return ["正在推送…"];
  const heard = attempts.find((one) => ["answered", "success"].includes(one.outcome));
  const tries = attempts.length > (heard?.n ?? 1) ? `，一共推送了 ${attempts.length} 次` : "";
  const say = (outcome, state, words) => [
    h("b", { class: `state ${outcome}` }, state),
    words + tries,
  ];
  if (heard) {
    const late = heard.n > 1 ? `第 ${heard.n} 次推送才等到，` : "";
    const answered = heard.outcome === "answered";
    const words = answered ? `${late}用了 ${milliseconds(heard.ms)}` : "公众号收到了，没有当场回复";
    return say(heard.outcome, answered ? "已回复" : "已收下", words);
  }
  if (!done) return say(last.outcome, "等待中", `第 ${last.n} 次没有等到回复，马上再推`);
  const fault = "，粉丝看到故障提示";
  if (last.outcome === "timeout") return say(last.outcome, "超时", `5 秒内没有回复${fault}`);
  const cause = last.status ? `公众号返回 ${last.status}` : "连不上公众号";
  return say(last.outcome, "失败", cause + fault);
}

/** Time as a bar on a scale of five seconds. @param {Attempt} attempt */
export function bar(attempt) {
  const fill = h("span", { class: `fill ${attempt.outcome}` });
  fill.style.inlineSize = `${Math.min(100, Math.max(0.8, (attempt.ms / LIMIT) * 100))}%`;
  const words = `${milliseconds(attempt.ms)}，上限 5 秒`;
  return h("span", { class: "limit", role: "img", "aria-label": words }, fill);
}

function block(title, text, copy) {
  if (!text) return null;
  const copyIt = h(
    "button",
    { type: "button", class: "plain", "aria-label": `复制${title}`, onclick: () => copy(text) },
    icon("copy"),
  );
  return h(
    "div",
    { class: "block" },
    h("div", { class: "block-head" }, h("h4", {}, title), copyIt),
    h("pre", { tabindex: "0", role: "group", "aria-label": title }, text),
  );
}

/** @param {Attempt} attempt @param {boolean} open @param {(text: string) => void} copy */
export function attemptRow(attempt, open, copy) {
  const sealed = attempt.request_body !== attempt.request_xml;
  const answerSealed = attempt.response_body !== attempt.response_xml;
  const status = attempt.status === null ? "" : `HTTP ${attempt.status}`;
  return h(
    "details",
    { class: "attempt", "data-n": attempt.n, open },
    h(
      "summary",
      {},
      h("span", { class: "nth" }, `第 ${attempt.n} 次`),
      h(
        "span",
        { class: `state ${attempt.outcome}` },
        OUTCOMES[attempt.outcome] ?? attempt.outcome,
      ),
      bar(attempt),
      h("span", { class: "ms" }, milliseconds(attempt.ms)),
    ),
    h("p", { class: "note" }, `${clock(attempt.at, true)} 发出　${status}`),
    block("地址（带签名）", attempt.url, copy),
    block("发出的 XML", attempt.request_xml, copy),
    sealed && block("发出的密文", attempt.request_body, copy),
    block(
      answerSealed ? "收到的 XML（已解密）" : "收到的回复",
      attempt.response_xml || attempt.response_body,
      copy,
    ),
    answerSealed && attempt.response_xml && block("收到的密文", attempt.response_body, copy),
  );
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The push as a command line. Signatures live five minutes. @param {Attempt} attempt */
export const curl = ({ url, request_body }) =>
  `curl -sS ${quoted(url)} -H 'Content-Type: text/xml' --data-binary ${quoted(request_body)}`;
