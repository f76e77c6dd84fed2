// Before the first scan: log-in, which gate this phone serves, who is on duty; and what to do when
// the app does not open.

import type { App, EnrolFailure } from "../app";
import { h, shape } from "../dom";
import type { Guard, Screen } from "../messages";
import { t } from "../words";
import { key, thermometer_keys } from "./common";

/** Nobody is logged in on this phone. */
export function login_screen(): HTMLElement {
  return h("section", { class: "form" }, h("h1", {}, t("login_title")),
    h("p", { class: "note" }, t("login_note")),
    h("a", { class: "key main yes", href: "/login" }, t("login_go")));
}

/** The core or the store did not open: emergencies first, then paper. */
export function error_screen(app: App, code: string): HTMLElement {
  return h("section", { class: "decided look-message" },
    h("div", { class: "verdict" },
      h("div", { class: "sign" }, shape("message"), h("h1", {}, t("error_title"))),
      h("p", { class: "headline" }, t("error_note")),
      h("p", { class: "clause" }, t("error_code", { code }))),
    h("div", { class: "acts" },
      key(t("error_again"), () => location.reload(), { class: "main wide" }),
      app.ready && key(t("back"), () => app.show({ name: "core" }))));
}

/** First start: which gate. */
export function enrol_screen(app: App, failed?: EnrolFailure): HTMLElement {
  const gates = app.me?.gates ?? [];
  return h("section", { class: "form" }, h("h1", {}, t("enrol_title")),
    h("p", { class: "note" }, t("enrol_note")),
    failed !== undefined && h("p", { class: "flag", role: "alert" },
      `${t(failed.refused ? "enrol_refused" : "enrol_offline")} `,
      t("error_code", { code: failed.code })),
    h("div", { class: "stack" }, ...gates.map((gate) =>
      key(gate.name, () => void app.enrol(gate.gate), { icon: "enter" })),
      gates.length === 0 && key(t("error_again"), () => location.reload())));
}

/** Who is on duty, masks and armbands ticked (GATE-2, ZJ-3.三, ZX 5). */
export function shift_screen(app: App, screen: Screen): HTMLElement {
  const known: Guard[] = [...(app.me?.guards ?? [])];
  if (app.me && !known.some((guard) => guard.staff === app.me?.staff)) {
    known.unshift({ staff: app.me.staff, name: app.me.name });
  }
  const chosen = new Set<string>();
  const guards = h("div", { class: "choices" }, ...known.map((guard) => {
    const made = key(guard.name, () => {
      if (!chosen.delete(guard.staff)) chosen.add(guard.staff);
      made.setAttribute("aria-pressed", chosen.has(guard.staff) ? "true" : "false");
      refresh();
    }, { icon: "user" });
    made.setAttribute("aria-pressed", "false");
    return made;
  }));
  let thermometer: string | undefined;
  const gear = gear_ticks();
  const start = key(t("shift_start"), () => {
    if (!gear.settled(start)) return;
    app.feed({
      input: "shift_start",
      guards: known.filter((guard) => chosen.has(guard.staff)),
      mask: gear.mask.checked,
      armband: gear.armband.checked,
      ...(thermometer === undefined ? {} : { thermometer }),
    });
  }, { class: "main yes" });
  const refresh = () => (start.disabled = chosen.size === 0);
  refresh();
  return h("section", { class: "form" }, h("h1", {}, t("shift_title")),
    ...screen.sentences.map((sentence) => h("p", { class: "note" }, sentence.text)),
    guards, ...gear.rows,
    thermometer_keys(app, (way) => (thermometer = way)), gear.question, start);
}

/** Mask and armband are part of clocking in (GATE-2). What is not ticked is asked about once; a
 * guard who has none starts all the same, and it is recorded so. */
function gear_ticks() {
  const mask = tick(t("shift_mask"));
  const armband = tick(t("shift_armband"));
  const question = h("p", { class: "flag", role: "alert" });
  let asked_on: HTMLButtonElement | undefined;
  const ask = (start: HTMLButtonElement) => {
    const missing = [mask.input.checked ? "" : t("shift_mask_short"),
      armband.input.checked ? "" : t("shift_armband_short")].filter((name) => name);
    const all = missing.length === 0;
    question.textContent = all ? "" : t("shift_bare", { missing: missing.join(t("and")) });
    start.textContent = t(all ? "shift_start" : "shift_start_bare");
    asked_on = all ? undefined : start;
    return all;
  };
  for (const { input } of [mask, armband]) {
    input.addEventListener("change", () => asked_on && ask(asked_on));
  }
  const settled = (start: HTMLButtonElement) => {
    const settled_now = asked_on !== undefined || ask(start);
    if (!settled_now) start.scrollIntoView({ block: "end" });
    return settled_now;
  };
  return { mask: mask.input, armband: armband.input, rows: [mask.row, armband.row], question,
    settled };
}

function tick(label: string): { row: HTMLElement; input: HTMLInputElement } {
  const input = h("input", { type: "checkbox" });
  return { row: h("label", { class: "tick" }, input, h("span", {}, label)), input };
}
