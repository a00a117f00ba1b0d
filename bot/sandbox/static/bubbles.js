/** One log item → one row of the chat. */

import { h, hidden, icon, outward, webAddress } from "./dom.js";
import { rich } from "./richtext.js";

/**
 * @typedef {{id: number, at: number, from: "follower"|"bot"|"system", kind: string, text?: string,
 *   media?: string,
 *   articles?: {title: string, description: string, url: string, pic_url: string}[],
 *   title?: string, description?: string, url?: string, push?: number, via?: string, ai?: boolean,
 *   typing?: boolean}} Item
 * @typedef {{account: string, follower: string, say: (words: string) => void,
 *   view: (picture: {src: string, alt: string}) => void, inspect: (push: number) => void}} Chat
 */

const HUES = 6;

/** A square with the name's first character; the colour follows the name. @param {string} name */
export function avatar(name) {
  const square = h("span", { class: "avatar", "aria-hidden": "true" });
  dressAvatar(square, name);
  return square;
}

/** @param {HTMLElement} square @param {string} name */
export function dressAvatar(square, name) {
  const [first = "?"] = name;
  square.textContent = first;
  square.dataset.hue = String(
    [...name].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 997, 7) % HUES,
  );
}

/** Only our own origin's pictures may load (CSP); anything else gets a drawn cover. */
function own(address) {
  const url = webAddress(address?.startsWith("/") ? location.origin + address : (address ?? ""));
  return url.startsWith(`${location.origin}/`) ? url : "";
}

function image(item, chat) {
  const ours = item.from === "follower" ? "我发的图片" : "公众号发来的图片";
  const alt = item.text || item.title || (item.ai ? "AI 生成的图片" : ours);
  const src = own(item.media);
  if (!src) return h("div", { class: "bubble" }, "［图片］");
  const picture = h("img", { src, alt: `查看图片：${alt}` });
  return h(
    "button",
    { type: "button", class: "picture", onclick: () => chat.view({ src, alt }) },
    picture,
  );
}

function text(item, chat) {
  return h("div", { class: "bubble text" }, ...rich(item.text ?? "", chat.say));
}

function voice(item) {
  const sound = own(item.media);
  const waves = h("span", { class: "waves" }, icon("waves"), "语音");
  const words = item.text ?? "";
  return h(
    "div",
    { class: "bubble voice" },
    sound ? outward(sound, waves) : waves,
    words && h("p", { class: "heard" }, hidden("识别为："), words),
  );
}

function video(item) {
  const film = own(item.media);
  const cover = h("span", { class: "cover film" }, icon("play"));
  const words = [
    item.title && h("b", {}, item.title),
    (item.description || item.text) && h("p", {}, item.description || item.text),
  ];
  const parts = [cover, hidden("视频"), ...words];
  return film ? card(film, "video", parts) : h("div", { class: "card video" }, ...parts);
}

/** A card that opens *url* where that is safe. */
function card(url, kind, parts) {
  const address = webAddress(url ?? "");
  if (!address) return h("div", { class: `card ${kind}` }, ...parts);
  const link = outward(address, ...parts);
  link.className = `card ${kind}`;
  return link;
}

function music(item) {
  const thumb = own(item.media);
  return card(item.url, "music", [
    thumb
      ? h("img", { class: "face", src: thumb, alt: "" })
      : h("span", { class: "face" }, icon("music")),
    h(
      "span",
      { class: "words" },
      h("b", {}, item.title || "音乐"),
      h("small", {}, item.description || ""),
    ),
    icon("play"),
  ]);
}

function link(item) {
  return card(item.url, "link", [
    h("b", {}, item.title || item.url || "链接"),
    h(
      "span",
      { class: "pair" },
      h("small", {}, item.description || item.url || ""),
      h("span", { class: "face" }, icon("link")),
    ),
  ]);
}

function place(item) {
  return h(
    "div",
    { class: "card place" },
    h("b", {}, item.title || item.text || "位置"),
    item.description && h("small", {}, item.description),
    h("span", { class: "map" }, icon("pin")),
  );
}

function miniprogram(item) {
  const thumb = own(item.media);
  return h(
    "div",
    { class: "card app" },
    h("b", {}, item.title || "小程序"),
    thumb
      ? h("img", { class: "cover", src: thumb, alt: "" })
      : h("span", { class: "cover" }, icon("app")),
    h("small", { class: "foot" }, icon("app"), "小程序"),
  );
}

function cover(article, first) {
  const src = own(article.pic_url);
  if (src) return h("img", { class: "cover", src, alt: "" });
  return h(
    "span",
    { class: "cover", "aria-hidden": "true" },
    first ? "" : article.title.slice(0, 1),
  );
}

function article(one, index, all) {
  const first = index === 0;
  const summary = first && all.length === 1 && one.description;
  return card(one.url, first ? "article first" : "article", [
    cover(one, first),
    h("b", {}, one.title),
    summary && h("p", {}, summary),
  ]);
}

function news(item) {
  return h("div", { class: "news" }, ...(item.articles ?? []).map(article));
}

const SHAPES = {
  text,
  image,
  voice,
  video,
  music,
  news,
  miniprogram,
  location: place,
  link,
  msgmenu: text,
};

function peek(item, chat) {
  if (item.push === undefined || item.push === null) return null;
  const what = (item.text || item.title || "这条消息").slice(0, 20);
  const props = {
    type: "button",
    class: "peek",
    "aria-label": `检查：${what}`,
    onclick: () => chat.inspect(item.push),
  };
  return h("button", props, icon("look"));
}

/** A grey line in the middle: events, notices, what the system says. */
function line(item, chat) {
  const words = h("p", {}, item.text || item.title || "");
  return h("div", { class: "row line", "data-push": item.push }, words, peek(item, chat));
}

/** @param {Item} item @param {Chat} chat @returns {HTMLElement} */
export function row(item, chat) {
  const shape = SHAPES[item.kind];
  if (item.from === "system" || !shape) return line(item, chat);
  const mine = item.from === "follower";
  const name = mine ? chat.follower : chat.account;
  const said = h(
    "div",
    { class: "said" },
    hidden(`${name}：`),
    shape(item, chat),
    item.ai && h("p", { class: "ai" }, "内容由第三方AI生成"),
  );
  const side = mine ? "row me" : "row them";
  return h(
    "div",
    { class: side, "data-push": item.push, "data-kind": item.kind },
    avatar(name),
    said,
    peek(item, chat),
  );
}
