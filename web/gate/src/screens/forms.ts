// Forms that come before the core is asked: look-up by room and surname, card number, plate, and
// which home a visitor or courier goes to. Each has a way to go on without knowing.

import type { App } from "../app";
import { h } from "../dom";
import type { SubjectKind } from "../messages";
import { t } from "../words";
import { digit_pad, field, form_screen, key } from "./common";
import { room_fields } from "./controls";
import { plate_pad } from "./plate";

/** The commonest surnames, one tap each; any other is typed. */
export const SURNAMES = [..."王李张刘陈杨赵黄周吴徐孙"];

/** Forgot the pass: building, room and surname together (GATE-12). */
export function lookup_screen(app: App): HTMLElement {
  const building = field(t("building"), "numeric");
  const unit = field(t("unit"), "numeric");
  const room = field(t("room"), "numeric");
  const surname = field(t("surname"), "text", { enterkeyhint: "search" });
  const missing = h("p", { class: "note", role: "alert" });
  const needed = [[building, "building"], [room, "room"], [surname, "surname"]] as const;
  const submit = (event: Event) => {
    event.preventDefault();
    const empty = needed.filter(([one]) => one.input.value.trim() === "");
    missing.textContent = empty.length === 0 ? ""
      : t("lookup_missing", { missing: empty.map(([, word]) => t(word)).join("、") });
    empty[0]?.[0].input.focus();
    if (empty.length > 0) return;
    app.view = { name: "core" };
    app.feed({
      input: "lookup",
      building: building.input.value.trim(),
      unit: unit.input.value.trim(),
      room: room.input.value.trim(),
      surname: surname.input.value.trim(),
      way: app.way,
    });
  };
  return form_screen(app, t("lookup_title"),
    h("p", { class: "aloud-line" }, h("i", { class: "aloud" }, t("say_this")),
      h("span", {}, t("lookup_say"))),
    h("form", { class: "stack", on: { submit } },
      h("div", { class: "three" }, building.row, unit.row, room.row),
      h("p", { class: "note" }, t("lookup_none")),
      surname.row,
      h("div", { class: "surnames" }, ...SURNAMES.map((name) =>
        key(name, () => (surname.input.value = name), { class: "letter" }))),
      missing,
      h("button", { class: "key main yes", type: "submit" }, t("lookup_go"))));
}

/** The card number by hand, on keys large enough for gloves. */
export function card_screen(app: App): HTMLElement {
  const { row, input } = field(t("card_number"), "numeric", { enterkeyhint: "search" });
  input.classList.add("plate");
  const submit = (event: Event) => {
    event.preventDefault();
    const number = input.value.trim();
    if (!number) return input.focus();
    app.view = { name: "core" };
    app.feed({ input: "card", number, way: app.way });
  };
  return form_screen(app, t("card_title"),
    h("form", { class: "stack", on: { submit } }, row,
      h("p", { class: "note" }, t("card_note")),
      digit_pad(input, "123456789-0"),
      h("button", { class: "key main yes", type: "submit" }, t("card_go"))));
}

/** Which home a visitor or courier goes to. */
export function room_screen(app: App, subject_kind: SubjectKind): HTMLElement {
  const begin = (room?: string) => {
    app.view = { name: "core" };
    app.feed({ input: "begin", subject_kind, way: app.way, ...(room ? { room } : {}) });
  };
  const title = subject_kind === "courier" ? t("courier") : t("visitor");
  return form_screen(app, `${title} · ${t("room_title")}`,
    room_fields(begin, key(t("room_skip"), () => begin())));
}

/** The plate of a vehicle without a pass. */
export function plate_screen(app: App): HTMLElement {
  const begin = (plate?: string) => {
    app.view = { name: "core" };
    const known = plate ? { plate } : {};
    app.feed({ input: "begin", subject_kind: "vehicle", way: app.way, ...known });
  };
  return form_screen(app, t("plate_title"), h("p", { class: "note" }, t("plate_note")),
    plate_pad(begin), key(t("plate_none"), () => begin()));
}
