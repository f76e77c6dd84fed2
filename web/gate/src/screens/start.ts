// Before the first scan: which gate this phone serves, who is on duty; and what to do when
// the app does not open.

import type { App, EnrolFailure } from "../app";
import { h, shape } from "../dom";
import type { By } from "../enrolment";
import { in_chat_app } from "../floor";
import { DAMAGED } from "../seal";
import type { Unsent } from "../store";
import type { Guard, Screen } from "../messages";
import { t, type Word } from "../words";
import { field, form_screen, key, thermometer_keys } from "./common";

/** Digits of a code that is typed. */
const CODE_DIGITS = 6;

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

/** First start, or a phone whose browser has cleared what it kept: a code of the console, or the
 * gates of whoever is signed in. */
export function enrol_screen(app: App, failed?: EnrolFailure): HTMLElement {
  const gates = app.me?.gates ?? [];
  const title = h("h1", {}, t("enrol_title"));
  if (in_chat_app()) {
    return h("section", { class: "form" }, title, h("p", { class: "flag", role: "alert" },
      t("chat_app"), h("span", { class: "address" }, location.href)));
  }
  return h("section", { class: "form" }, title,
    failed !== undefined && h("p", { class: "flag", role: "alert" },
      `${t(why_not(failed))} `, t("error_code", { code: failed.code })),
    code_form(app),
    h("div", { class: "stack" }, ...gates.map(({ gate, name }) =>
      key(name, () => void app.enrol({ gate, label: name }), { icon: "enter" })),
      gates.length === 0 && h("a", { class: "key", href: "/login" }, t("login_go"))),
    h("p", { class: "note" }, t("enrol_cleared")));
}

/** Six digits from the office's screen; its QR code opens this page and needs no typing. */
function code_form(app: App): HTMLElement {
  const { row, input } = field(t("enrol_code"), "numeric", { enterkeyhint: "done" });
  const submit = (event: Event) => {
    event.preventDefault();
    const code = input.value.replace(/\D/g, "");
    if (code.length === CODE_DIGITS) void app.enrol({ code });
    else input.focus();
  };
  return h("form", { class: "stack", on: { submit } },
    h("p", { class: "note" }, t("enrol_note")), row,
    h("button", { class: "key main yes", type: "submit" }, t("enrol_go")));
}

function why_not({ refused, code }: EnrolFailure): Word {
  if (!refused) return "enrol_offline";
  if (code === DAMAGED) return "enrol_damaged";
  if (code === "D-CODE") return "enrol_wrong_code";
  if (code === "D-MANY") return "enrol_many";
  return code === "root" ? "enrol_root" : "enrol_refused";
}

/** A phone that was registered before is registered anew: what it holds comes first, and is given
 * up only by a key that says so. */
export function rejoin_screen(app: App, by: By, { count, since_millis }: Unsent): HTMLElement {
  const place = app.output?.header.place || app.device?.label;
  const since = since_millis ? new Date(since_millis).toLocaleString(app.settings.lang) : "?";
  return form_screen(app, t("rejoin_title"),
    place && h("p", { class: "note" }, t("rejoin_note", { place })),
    count > 0 && h("p", { class: "flag", role: "alert" }, t("rejoin_unsent", { count, since })),
    count > 0
      ? key(t("lose_go", { count }), () => void app.enrol(by, count))
      : key(t("enrol_go"), () => void app.enrol(by), { class: "main yes" }));
}

/** Who is on duty, masks and armbands ticked (GATE-2, ZJ-3.三, ZX 5). */
export function shift_screen(app: App, screen: Screen): HTMLElement {
  const known = app.guards;
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
    if (gear.settled(start)) prove(known.filter((guard) => chosen.has(guard.staff)));
  }, { class: "main yes" });
  // One after the other says who they are; then the shift begins.
  const prove = (on_duty: Guard[], [next, ...rest] = on_duty): void => {
    if (next) {
      return app.show({ name: "pin", guard: next, then: () => prove(on_duty, rest) });
    }
    app.view = { name: "core" };
    app.feed({
      input: "shift_start",
      guards: on_duty,
      mask: gear.mask.checked,
      armband: gear.armband.checked,
      ...(thermometer === undefined ? {} : { thermometer }),
    });
  };
  const refresh = () => (start.disabled = chosen.size === 0);
  refresh();
  return h("section", { class: "form" }, h("h1", {}, t("shift_title")),
    ...screen.sentences.map((sentence) => h("p", { class: "note" }, sentence.text)),
    app.duty.note && h("p", { class: "flag" }, t("handed_over", { note: app.duty.note })),
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
