/** The input bar, its more-menu, and the forms behind it. */

import { byId, disclose, h } from "./dom.js";

const FORMS = {
  voice: {
    title: "发一段语音",
    fields: [
      {
        name: "recognition",
        label: "语音识别出的文字（留空：公众号没开语音识别）",
        value: "电子书",
        max: 500,
      },
    ],
  },
  location: {
    title: "发送位置",
    fields: [
      { name: "label", label: "地点", value: "上海市黄浦区外滩", max: 100 },
      { name: "latitude", label: "纬度", value: "31.2400", type: "number", min: -90, max: 90 },
      { name: "longitude", label: "经度", value: "121.4900", type: "number", min: -180, max: 180 },
    ],
  },
  link: {
    title: "发送链接",
    fields: [
      { name: "title", label: "标题", value: "一篇想分享的文章", max: 64, required: true },
      { name: "description", label: "摘要", value: "", max: 200 },
      { name: "url", label: "网址", value: "https://example.com/", type: "url", required: true },
    ],
  },
  scan: {
    title: "扫带参数的二维码",
    fields: [
      { name: "scene", label: "二维码的场景值", value: "poster-1", max: 64, required: true },
    ],
  },
};

function field({ name, label, value, type = "text", min, max, required = false }) {
  const number = type === "number";
  const bounds = number ? { min, max, step: "any", required: true } : { maxlength: max, required };
  return h("label", {}, label, h("input", { name, type, value, autocomplete: "off", ...bounds }));
}

/** Ask for what *kind* needs; *done* gets the filled form's values. */
function ask(kind, done) {
  const sheet = byId("sheet");
  byId("sheet-title").textContent = FORMS[kind].title;
  byId("sheet-fields").replaceChildren(...FORMS[kind].fields.map(field));
  sheet.querySelector("form").onsubmit = (event) => {
    done(Object.fromEntries(new FormData(event.target)));
  };
  sheet.showModal();
  sheet.querySelector("input").select();
}

/** Old sentences, newest first, called back with the arrow keys. */
function recall(box, sentences) {
  let place = -1;
  box.addEventListener("input", () => (place = -1));
  box.addEventListener("keydown", (event) => {
    const older = event.key === "ArrowUp" && (place >= 0 || box.value === "");
    const newer = event.key === "ArrowDown" && place >= 0;
    if ((!older && !newer) || event.isComposing) return;
    const all = sentences();
    place = Math.min(Math.max(place + (older ? 1 : -1), -1), all.length - 1);
    box.value = all[place] ?? "";
    box.dispatchEvent(new CustomEvent("filled"));
    event.preventDefault();
  });
  return () => (place = -1);
}

function fit(box) {
  box.style.blockSize = "auto";
  box.style.blockSize = `${Math.min(box.scrollHeight, 112)}px`;
  byId("send").hidden = box.value.trim() === "";
}

/**
 * @param {{say: (text: string) => Promise<boolean>, photo: (file: File) => void, unfollow: () => void,
 *   form: (kind: string, values: Object<string, string>) => void, sentences: () => string[]}} acts
 */
export function setUpComposer({ say, photo, form, unfollow, sentences }) {
  const box = byId("text");
  const more = disclose(byId("more-toggle"), byId("more"));
  const forget = recall(box, sentences);
  for (const change of ["input", "filled"]) box.addEventListener(change, () => fit(box));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("composer").requestSubmit();
  });
  byId("composer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = box.value.trim();
    if (!words) return;
    box.value = "";
    forget();
    fit(box);
    box.focus();
    if ((await say(words)) || box.value) return;
    box.value = words;
    fit(box);
  });
  for (const tile of byId("more").querySelectorAll("[data-form]"))
    tile.addEventListener("click", () =>
      ask(tile.dataset.form, (values) => {
        more.close();
        form(tile.dataset.form, values);
      }),
    );
  byId("photo").addEventListener("change", ({ target }) => {
    if (target.files.length) photo(target.files[0]);
    target.value = "";
    more.close();
  });
  byId("unfollow").addEventListener("click", () => {
    more.close();
    unfollow();
  });
  byId("sheet-cancel").addEventListener("click", () => byId("sheet").close());
}
