/** Whose phone it is: the switch in the bar, and a form for a further follower. */

import { avatar, dressAvatar } from "./bubbles.js";
import { byId, disclose, h, hidden } from "./dom.js";

/** @typedef {{openid: string, nickname: string, following: boolean}} Follower */

let list;
let shown = "";

/** @param {{choose: (openid: string) => void, add: (nickname: string) => Promise<void>}} acts */
export function setUpFollowers({ choose, add }) {
  list = disclose(byId("who"), byId("followers"));
  byId("follower-list").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    list.close();
    byId("who").focus();
    choose(button.dataset.openid);
  });
  byId("add-follower").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    const nickname = new FormData(form).get("nickname").trim();
    if (!nickname) return;
    form.reset();
    list.close();
    byId("who").focus();
    add(nickname);
  });
}

/** @param {Follower[]} followers @param {Follower} current */
export function showFollowers(followers, current) {
  const now = JSON.stringify([followers, current.openid]);
  if (now === shown) return;
  shown = now;
  dressAvatar(byId("who-avatar"), current.nickname);
  byId("who-name").textContent = `当前是${current.nickname}，切换粉丝`;
  byId("follower-list").replaceChildren(
    ...followers.map((one) => {
      const chosen = one.openid === current.openid;
      const props = { type: "button", "data-openid": one.openid, "aria-current": chosen && "true" };
      const status = one.following ? "已关注" : "未关注";
      return h(
        "li",
        {},
        h(
          "button",
          props,
          avatar(one.nickname),
          h("b", {}, one.nickname),
          hidden("，"),
          h("small", {}, status),
        ),
      );
    }),
  );
}
