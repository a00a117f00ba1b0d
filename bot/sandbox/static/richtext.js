/** Text as WeChat shows it: line breaks, links, tappable menu words; everything else stays text. */

import { h, icon, outward, webAddress } from "./dom.js";

const ANCHOR = /<a\s+([^>]*)>([^<]*)<\/a>/gi;
const HREF = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const ADDRESS = /https?:\/\/[\w\-./?%&=#:~+@!$'()*,;]*[\w\-/%&=#~+@$*]/g;
const MINIPROGRAM = /\bdata-miniprogram-appid\s*=/i;
const MENU = "weixin://bizmsgmenu?";

/** Split *text* at each match of *pattern*; *make* turns a match into a node or leaves it. */
function replace(text, pattern, make, rest) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const node = make(match);
    if (!node) continue;
    parts.push(...rest(text.slice(end, match.index)), node);
    end = match.index + match[0].length;
  }
  return [...parts, ...rest(text.slice(end))];
}

const plain = (text) => (text ? [text] : []);

const bareLinks = (text) =>
  replace(text, ADDRESS, ([address]) => webAddress(address) && outward(address, address), plain);

function anchor([, attributes, label], say) {
  const found = HREF.exec(attributes);
  const href = (found?.[1] ?? found?.[2] ?? "").replaceAll("&amp;", "&");
  if (href.toLowerCase().startsWith(MENU)) {
    const words = new URLSearchParams(href.slice(MENU.length)).get("msgmenucontent");
    return words && h("button", { type: "button", class: "tap", onclick: () => say(words) }, label);
  }
  const address = webAddress(href);
  if (MINIPROGRAM.test(attributes)) {
    const words = [icon("app"), label];
    return address ? outward(address, ...words) : h("span", { title: "小程序" }, ...words);
  }
  return address && outward(address, label);
}

/** @param {string} text @param {(words: string) => void} say @returns {(Node|string)[]} */
export const rich = (text, say) => replace(text, ANCHOR, (match) => anchor(match, say), bareLinks);
