/** The phone: one follower's chat, kept up to date by polling. */

import { setUpAccount, showAccount } from "./account.js";
import * as api from "./api.js";
import { dressAvatar, row } from "./bubbles.js";
import { setUpComposer } from "./composer.js";
import { byId, clock, h, moment, toast, webAddress } from "./dom.js";
import { setUpFollowers, showFollowers } from "./followers.js";
import * as inspector from "./inspector.js";
import { showMenu } from "./menu.js";
import { setUpViewer, view } from "./viewer.js";

const CALM = 1000;
const EAGER = 500;
const PATIENCE = 16000; // three pushes of five seconds
const STATE_EVERY = 5000;
const TYPING_ENDS = 15000;
const PAUSE = 5 * 60 * 1000; // a time is shown after this long without a message

let state = null;
let openid = "";
let cursor = 0;
let items = [];
let stateRead = 0;
let eagerUntil = 0;
let typingUntil = 0;
let timer = 0;
let polling = false;
let atFoot = true;

const follower = () => state.followers.find((one) => one.openid === openid) ?? state.followers[0];

function failed(error) {
  if (!(error instanceof api.CallFailed)) throw error;
  toast(error.message);
}

/** Do *step*, look at once what came of it, and return whether it was done. */
async function act(step) {
  let done = false;
  try {
    const answer = await step();
    if (answer.account) showState(answer);
    eagerUntil = Date.now() + PATIENCE;
    done = true;
  } catch (error) {
    failed(error);
  }
  stateRead = 0;
  poke();
  return done;
}

const say = (content) => act(() => api.send(openid, { type: "text", content }));
const happen = (name, key) => act(() => api.event(openid, name, key));

function fill(kind, values) {
  if (kind === "scan") happen("SCAN", values.scene);
  else act(() => api.send(openid, { type: kind, ...values }));
}

function tapMenu({ type = "click", key, url }) {
  if (type !== "view") return happen(type === "click" ? "CLICK" : type, key ?? "");
  if (webAddress(url)) window.open(webAddress(url), "_blank", "noopener");
  return happen("VIEW", url);
}

function showState(next) {
  state = next;
  stateRead = Date.now();
  const one = follower();
  if (openid !== one.openid) return choose(one.openid);
  showAccount(state.account);
  showFollowers(state.followers, one);
  showMenu(state.menu, tapMenu);
  inspector.showTroubles(state.troubles);
  byId("follow").hidden = one.following;
  byId("follow-name").textContent = state.account.name;
  dressAvatar(byId("follow-avatar"), state.account.name);
  byId("composer").hidden = !one.following;
  if (!one.following) byId("more").hidden = true;
  byId("menu").hidden = !one.following || state.menu.length === 0;
  suggest();
}

function suggest() {
  const spoken = items.some((item) => item.from === "follower" && item.kind !== "event");
  byId("suggestions").hidden = spoken || !follower().following;
}

function choose(next) {
  openid = next;
  cursor = 0;
  items = [];
  typingUntil = 0;
  history.replaceState(null, "", `#${openid}`);
  byId("log").replaceChildren();
  inspector.startOver(openid);
  showState(state);
  poke();
}

/** Who reads the newest message goes on seeing it, whatever grows or shrinks. */
const stay = () => atFoot && byId("scroll").scrollTo(0, byId("scroll").scrollHeight);

/** The item as something to read in the inspector's chooser. */
const label = (item) =>
  `${clock(item.at, true)} ${item.text || item.title || `［${item.kind}］`}`.slice(0, 40);

function add(item) {
  const previous = items.at(-1);
  items.push(item);
  if (item.from !== "follower") typingUntil = item.typing ? item.at + TYPING_ENDS : 0;
  if (item.typing) return;
  if (!previous || item.at - previous.at > PAUSE)
    byId("log").append(h("p", { class: "when" }, moment(item.at)));
  const chat = {
    account: state.account.name,
    follower: follower().nickname,
    say,
    view,
    inspect: inspector.inspect,
  };
  byId("log").append(row(item, chat));
  if (item.from !== "bot" && item.push) inspector.follow(item.push, label(item));
}

function addAll(fresh, first) {
  atFoot ||= first || fresh.some((item) => item.from === "follower");
  byId("log").setAttribute("aria-busy", String(first));
  for (const item of fresh) add(item);
  byId("log").removeAttribute("aria-busy");
  inspector.mark();
  if (fresh.some((item) => item.from !== "follower" && !item.typing)) eagerUntil = 0;
  suggest();
  stay();
}

async function poll() {
  if (!state || Date.now() - stateRead > STATE_EVERY) showState(await api.state());
  const asked = items;
  const { items: fresh, cursor: next } = await api.log(openid, cursor);
  if (asked !== items) return; // another chat by now
  if (fresh.length) addAll(fresh, cursor === 0);
  cursor = next;
  byId("typing").hidden = Date.now() > typingUntil;
  await inspector.refresh();
}

async function beat() {
  if (polling) return;
  polling = true;
  clearTimeout(timer);
  let problem = "";
  try {
    await poll();
  } catch (error) {
    if (!(error instanceof api.CallFailed)) throw error;
    problem = `${error.message}，正在重试…`;
  } finally {
    polling = false;
    byId("offline").textContent = problem;
    byId("offline").hidden = problem === "";
    byId("clock").textContent = clock(Date.now());
    timer = setTimeout(beat, Date.now() < eagerUntil ? EAGER : CALM);
  }
}

/** Poll now rather than at the next beat. */
function poke() {
  clearTimeout(timer);
  timer = setTimeout(beat, 60);
}

async function clearChat() {
  if (!window.confirm("清空这位粉丝的聊天记录？规则、图片和任务不受影响。")) return;
  await act(() => api.clear(openid));
  choose(openid);
}

function newestFirst() {
  const mine = items.filter((item) => item.from === "follower" && item.kind === "text");
  return [...new Set(mine.map((item) => item.text).reverse())];
}

setUpViewer();
setUpAccount((changes) => act(() => api.setAccount(changes)));
setUpFollowers({
  choose,
  add: (nickname) =>
    act(async () => {
      const added = await api.addFollower(nickname);
      state.followers.push(added);
      choose(added.openid);
      return {};
    }),
});
setUpComposer({
  say,
  form: fill,
  sentences: newestFirst,
  photo: (file) => act(() => api.sendPhoto(openid, file)),
  unfollow: () => happen("unsubscribe"),
});
inspector.setUpInspector({
  trouble: (name, on) => act(() => api.setTrouble(name, on)),
  clear: clearChat,
  failed,
});
byId("scroll").addEventListener("scroll", ({ target }) => {
  atFoot = target.scrollHeight - target.scrollTop - target.clientHeight < 80;
});
const resized = new ResizeObserver(stay);
for (const part of ["scroll", "log"]) resized.observe(byId(part));
byId("follow-button").addEventListener("click", () => happen("subscribe"));
for (const button of byId("suggestions").querySelectorAll("button"))
  button.addEventListener("click", () => {
    byId("text").focus();
    say(button.textContent);
  });
byId("log").addEventListener("click", ({ target }) => {
  const touched = target.closest(".row[data-push]");
  if (touched && document.body.classList.contains("inspecting"))
    inspector.inspect(Number(touched.dataset.push));
});
openid = decodeURIComponent(location.hash.slice(1));
if (window.matchMedia("(pointer: fine)").matches) byId("text").focus();
beat();
