// What a guard writes down of somebody who is not on the register, where a rule asks for it:
// surname, telephone, home, who agreed. Nothing is filled in beforehand, nothing on health asked.

import type { App } from "../app";
import { h } from "../dom";
import { t } from "../words";
import { field, form_screen, key } from "./common";
import { SURNAMES } from "./forms";

/** Opens the form, or says that it stands in the paper book. */
export function register_keys(app: App): HTMLElement {
  return h("div", { class: "choices" },
    key(t("register_title"), () => app.show({ name: "register" }), { class: "wide yes" }),
    key(t("register_book"), () =>
      app.feed({ input: "fact", fact: "registered_now", value: true }), { class: "wide" }));
}

/** The form, on keys large enough for gloves. */
export function register_screen(app: App): HTMLElement {
  const name = field(t("surname"), "text");
  const phone = field(t("phone"), "numeric", { inputmode: "none" });
  phone.input.classList.add("plate");
  const room = field(t("register_room"), "text", { placeholder: "6-2-302" });
  const approved = field(t("approved_by"), "text", { enterkeyhint: "done" });
  const missing = h("p", { class: "note", role: "alert" });
  const knows_room = Boolean(app.output?.screen.who?.room);
  const submit = (event: Event) => {
    event.preventDefault();
    const [surname, number, door, by] = [name, phone, room, approved]
      .map(({ input }) => input.value.trim()) as [string, string, string, string];
    if (!surname) {
      missing.textContent = t("lookup_missing", { missing: t("surname") });
      name.input.scrollIntoView({ block: "center" });
      return name.input.focus();
    }
    app.view = { name: "core" };
    app.feed({ input: "register",
      noted: { name: surname, phone: number, room: door, approved_by: by } });
  };
  const set = (input: HTMLInputElement, value: string) => () => (input.value = value);
  return form_screen(app, t("register_title"),
    h("form", { class: "stack", on: { submit } },
      h("p", { class: "note" }, t("register_note")),
      name.row,
      h("div", { class: "surnames" }, ...SURNAMES.map((one) =>
        key(one, set(name.input, one), { class: "letter" }))),
      missing,
      phone.row, digit_keys(phone.input),
      knows_room ? null : room.row,
      approved.row,
      h("div", { class: "choices" }, ...(["by_host", "by_office"] as const).map((by) =>
        key(t(by), set(approved.input, t(by))))),
      h("button", { class: "key main yes", type: "submit" }, t("register_go"))));
}

function digit_keys(input: HTMLInputElement): HTMLElement {
  const digit = (text: string) => key(text, () => {
    if (input.value.length < 20) input.value += text;
  }, { class: "digit" });
  return h("div", { class: "digits" }, ...[..."123456789-0"].map(digit),
    h("button", { class: "key digit", type: "button", "aria-label": t("erase"),
      on: { click: () => (input.value = input.value.slice(0, -1)) } }, "⌫"));
}
