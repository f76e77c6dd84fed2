// What a browser must be able to do, asked of the browser itself and not of its version; and what
// to tell whoever opened the page inside a chat app.

import { h } from "./dom";
import { key } from "./screens/common";
import { t, type Word } from "./words";

/** Browsers inside chat apps: what they store goes when the chat is cleared. Only their name says
 * so, there is nothing to try. */
const CHAT_APPS = /MicroMessenger|QQ\/|DingTalk|AlipayClient|Lark|Feishu|Weibo|WhatsApp|Line\//i;

/** Whether the page was opened inside a chat app. */
export function in_chat_app(): boolean {
  return CHAT_APPS.test(navigator.userAgent);
}

/** The first thing that this browser lacks; undefined where the app can run. */
export function what_is_lacking(): string | undefined {
  const needs: [string, boolean][] = [
    ["secure", isSecureContext],
    ["keys", typeof crypto.subtle?.sign === "function"],
    ["store", typeof indexedDB === "object" && indexedDB !== null],
    ["wasm", typeof WebAssembly === "object"],
    ["locks", typeof navigator.locks?.request === "function"],
    ["timeout", typeof AbortSignal.timeout === "function"],
  ];
  return needs.find(([, has]) => !has)?.[0];
}

/** Says it on the page: the emergency key below works without any of this. */
export function show_lacking(what: string): void {
  const note: Word = in_chat_app() ? "chat_app" : what === "store" ? "store_note" : "lacking_note";
  document.body.dataset["screen"] = "lacking";
  document.getElementById("main")?.replaceChildren(
    h("section", { class: "form" }, h("h1", { tabindex: "-1" }, t("lacking_title")),
      h("p", { class: "note" }, t(note)),
      h("p", { class: "address" }, location.href),
      h("p", { class: "note" }, t("error_note")),
      h("p", { class: "clause" }, t("error_code", { code: what })),
      key(t("error_again"), () => location.reload(), { class: "main" })));
}
