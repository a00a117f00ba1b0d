/** The sandbox's phone API; see bot/sandbox for the other side. */

/** A call that failed; the message is fit to be shown. */
export class CallFailed extends Error {}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(15000) });
  } catch {
    throw new CallFailed("连不上模拟平台，请确认它还在运行");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok)
    throw new CallFailed(answer.error ?? `模拟平台没有接受这一步（${response.status}）`);
  return answer;
}

const post = (path, body) =>
  call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

export const state = () => call("/_phone/state");
export const log = (openid, after) => call(`/_phone/log?${new URLSearchParams({ openid, after })}`);
export const push = (id) => call(`/_phone/push/${encodeURIComponent(id)}`);
export const send = (openid, message) => post("/_phone/send", { openid, ...message });
export const event = (openid, name, key) => post("/_phone/event", { openid, event: name, key });
export const resend = (id) => post("/_phone/resend", { push: id });
export const clear = (openid) => post("/_phone/clear", { openid });
export const addFollower = (nickname) => post("/_phone/followers", { nickname });
export const setAccount = (changes) => post("/_phone/account", changes);
export const setTrouble = (name, on) => post("/_phone/trouble", { name, on });
export const exportAddress = (openid) => `/_phone/export?${new URLSearchParams({ openid })}`;

/** @param {string} openid @param {File} file */
export function sendPhoto(openid, file) {
  const form = new FormData();
  form.set("openid", openid);
  form.set("type", "image");
  form.set("media", file, file.name);
  return call("/_phone/send", { method: "POST", body: form });
}
