// The menu, today's crossings and their correction.

import type { App } from "../app";
import { h } from "../dom";
import type { Change, Recent } from "../messages";
import { fetch_today, type Today } from "../server";
import { t, type Lang } from "../words";
import { either, field, form_screen, key } from "./common";

/** Settings and the rarer keys. */
export function menu_screen(app: App): HTMLElement {
  const { settings } = app;
  const on_duty = (app.output?.header.guards.length ?? 0) > 0;
  const row = (label: string, control: HTMLElement) =>
    h("div", { class: "setting" }, h("span", { "aria-hidden": "true" }, label), control);
  return form_screen(app, t("menu"),
    app.ready && h("div", { class: "stack" },
      key(t("recent_title"), () => app.show({ name: "recent" }), { icon: "card" }),
      on_duty && key(t("shift_end"), () => app.show({ name: "hand_over" }), { icon: "people" }),
      key(t("enrol_again"), () => app.show({ name: "enrol" }), { icon: "undo" }),
      app.set_aside > 0 && h("p", { class: "flag" }, t("set_aside", { count: app.set_aside }))),
    row(t("theme"), either(t("theme"), [
      { value: "auto", label: t("theme_auto") },
      { value: "day", label: t("theme_day") },
      { value: "night", label: t("theme_night") },
    ], settings.theme, (theme) => app.set({ theme }))),
    row(t("size"), either(t("size"), [
      { value: "normal", label: t("size_normal") },
      { value: "large", label: t("size_large") },
    ], settings.large ? "large" : "normal", (size) => app.set({ large: size === "large" }))),
    row(t("sound"), either(t("sound"), [
      { value: "on", label: t("sound_on") },
      { value: "off", label: t("sound_off") },
    ], settings.sound ? "on" : "off", (sound) => app.set({ sound: sound === "on" }))),
    row(t("language"), either<Lang>(t("language"), [
      { value: "zh", label: "中文" },
      { value: "en", label: "English" },
    ], settings.lang, (lang) => app.set({ lang }))));
}

/** What happened in the shift, and what whoever comes is to know; also without a network. */
export function hand_over_screen(app: App): HTMLElement {
  const { counts } = app.output ?? {};
  const { row, input } = field(t("hand_over_note"), "text", { maxlength: "200" });
  return form_screen(app, t("shift_end"),
    counts && tally([
      [t("way_in"), counts.entered],
      [t("way_out"), counts.admitted - counts.entered],
      [t("turned_back"), counts.turned_back],
      [t("emergencies"), counts.emergencies],
      [t("visitors_inside"), counts.visitors],
    ]),
    h("p", { class: "note" }, t("hand_over_seen")),
    row,
    counts && counts.unsent > 0 &&
      h("p", { class: "note" }, t("shift_end_note", { count: counts.unsent })),
    key(t("shift_end"), () => {
      app.view = { name: "core" };
      app.feed({ input: "shift_end", note: input.value });
    }, { class: "main yes", icon: "people" }));
}

const tally = (rows: [string, number][]) => h("dl", { class: "tally" }, ...rows
  .map(([label, count]) => h("div", {}, h("dt", {}, label), h("dd", {}, `${count}`))));

/** The latest crossings of this phone, newest first. */
export function recent_screen(app: App): HTMLElement {
  const items = app.output?.recent ?? [];
  return form_screen(app, t("recent_title"),
    h("p", { class: "note" }, t(items.length > 0 ? "recent_note" : "recent_none")),
    h("ul", { class: "recent" }, ...items.map((item) =>
      h("li", {}, h("span", {}, h("b", {}, item.time), " ", item.text),
        item.can_undo && key(t("amend"), () => app.show({ name: "amend", item }))))),
    whole_gate(app));
}

/** What all phones of this gate recorded, where the server can be reached. */
function whole_gate(app: App): HTMLElement {
  const place = h("div", { class: "stack", "aria-live": "polite" });
  const gate = app.device?.gate;
  if (!gate || app.line !== "online") return place;
  const counts = (rows: Today["verdicts"]) => tally(rows
    .filter(({ count }) => count > 0).map(({ label, count }) => [label, count]));
  void fetch_today(gate).then((today) => place.replaceChildren(
    h("h2", {}, t("today_gate")),
    counts(today.verdicts), counts(today.outcomes),
    h("ul", { class: "recent" }, ...today.crossings.map(({ time, text }) =>
      h("li", {}, h("span", {}, h("b", {}, time), " ", text)))),
  ), () => undefined);
  return place;
}

/** What was wrong with a record; the answer is a further record. */
export function amend_screen(app: App, item: Recent): HTMLElement {
  const amend = (change: Change) => () => {
    app.view = { name: "core" };
    app.feed({ input: "amend", seq: item.seq, change });
  };
  return form_screen(app, t("amend_title"),
    h("p", { class: "who" }, h("b", {}, item.time), h("span", {}, item.text)),
    h("p", { class: "note" }, t("amend_note")),
    h("div", { class: "stack" },
      key(t("amend_undo"), amend({ kind: "undo" }), { icon: "undo" }),
      key(t("amend_crossed"), amend({ kind: "outcome", outcome: "crossed" })),
      key(t("amend_turned_back"), amend({ kind: "outcome", outcome: "turned_back" })),
      key(t("amend_taken"), amend({ kind: "outcome", outcome: "taken_in_charge" }))));
}
