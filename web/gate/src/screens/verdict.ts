// The core's verdicts, choices and messages. Four verdicts, four looks: circle, triangle, octagon,
// diamond, each with its word, pattern and colour; blue with a cross where life comes first.

import type { App } from "../app";
import { h, shape, type Child } from "../dom";
import type { Finish, Outcome, Screen, Step } from "../messages";
import { t } from "../words";
import { form_screen, key, ring } from "./common";
import { control_of } from "./controls";
import { register_keys } from "./register";
import { camera_box } from "./scan";

/** A verdict, a choice or a message of the core. */
export function verdict_screen(app: App, screen: Screen): HTMLElement {
  const look = look_of(screen);
  const wants = screen.steps.length > 0;
  return h(
    "section",
    { class: `decided look-${look}${wants ? " wants" : ""}`, "data-look": look },
    banner(screen, look, app.line === "online"),
    h("div", { class: "pad body" },
      flag_line(screen),
      who_card(screen),
      sayings(screen),
      steps_part(app, screen),
      duties_part(app, screen),
      next_camera(app, screen),
      emergency_notes(app, screen)),
    actions(app, screen),
  );
}

/** Which of the looks a screen has; an emergency is never one of the four. */
export function look_of(screen: Screen): string {
  if (screen.flags.includes("emergency")) return "emergency";
  return screen.verdict ?? "message";
}

/** The header always has the list's age; the verdict repeats it where it can matter. */
function banner(screen: Screen, look: string, online: boolean): HTMLElement {
  const word = look === "message" ? screen.headline : t(look as "admit");
  const plain = screen.sentences.filter((sentence) => !sentence.read_aloud)
    .map((sentence) => sentence.text);
  // The core's headline is the verdict's word: then the first sentence is the reason.
  const same = look === "message" || screen.headline === word;
  const headline = same ? plain.shift() : screen.headline;
  return h(
    "div",
    { class: "verdict" },
    h("div", { class: "sign" }, shape(look), h("h1", {}, word)),
    headline ? h("p", { class: "headline" }, headline) : null,
    ...plain.map((text) => h("p", { class: "sub" }, text)),
    screen.age && (!online || screen.age.stage !== "fresh")
      ? h("p", { class: "sub" }, screen.age.text) : null,
    screen.clause ? h("p", { class: "clause" }, screen.clause) : null,
    screen.code ? h("p", { class: "clause" }, t("error_code", { code: screen.code })) : null,
  );
}

/** After "admit" the next person can be scanned at once: at the peak it is one scan each. */
function next_camera(app: App, screen: Screen): Child {
  const admitted = screen.kind === "verdict" && screen.verdict === "admit";
  if (!admitted || screen.steps.length > 0) return null;
  return h("div", { class: "small-cam next" }, camera_box(app, "hint_next"));
}

/** What the emergency was, if there is a hand free: a further record, never a condition. */
function emergency_notes(app: App, screen: Screen): Child {
  const seq = app.last_emergency;
  if (!screen.flags.includes("emergency") || seq === undefined) return null;
  const kinds = ["illness", "birth", "fire", "danger"] as const;
  return h("div", { class: "stack" }, h("p", { class: "note" }, t("emergency_notes")),
    h("div", { class: "choices" }, ...kinds.map((what) =>
      key(t(`emergency_${what}`), () =>
        app.feed({ input: "amend", seq, change: { kind: "emergency", what } })))));
}

function flag_line(screen: Screen): Child {
  if (screen.flags.includes("server_answer")) return h("p", { class: "flag" }, t("server_answer"));
  if (screen.flags.includes("copied")) return h("p", { class: "flag" }, t("copied"));
  return null;
}

function who_card(screen: Screen): Child {
  const { who } = screen;
  if (!who) return null;
  return h("div", { class: who.picture_base64 ? "who pictured" : "who" },
    who.picture_base64
      ? h("img", { src: picture_url(who.picture_base64), alt: t("picture", { name: who.name }) })
      : null,
    h("div", {}, h("b", {}, who.name), h("span", {}, who.room)),
    h("div", { class: "traits" }, h("span", {}, who.sex), h("b", {}, who.age_band)));
}

/** JPEG and WebP begin with these letters in base64; the third kind is PNG. */
function picture_url(base64: string): string {
  const kind = base64.startsWith("/9j/") ? "jpeg" : base64.startsWith("UklGR") ? "webp" : "png";
  return `data:image/${kind};base64,${base64}`;
}

/** What is said to the person as it stands. */
function sayings(screen: Screen): Child {
  const aloud = screen.sentences.filter((sentence) => sentence.read_aloud);
  if (aloud.length === 0) return null;
  return h("ul", { class: "list" },
    ...aloud.map((sentence) => h("li", {}, say_mark(), h("span", {}, spoken(sentence.text)))));
}

function duties_part(app: App, screen: Screen): Child {
  if (screen.duties.length === 0 && !screen.register) return null;
  return h("div", { class: "stack" },
    screen.duties.length > 0 && h("ul", { class: "list" },
      ...screen.duties.map(({ text }) =>
        h("li", {}, h("i", { class: "dot" }), h("span", {}, text)))),
    screen.register ? register_keys(app) : null);
}

function say_mark(): HTMLElement {
  return h("i", { class: "aloud" }, t("say_this"));
}

/** The sentence without the word that the mark beside it already says. */
function spoken(text: string): string {
  return text.replace(/^(念：|Say: )/, "");
}

/** Steps by number; one is open at a time, its control right below it. */
function steps_part(app: App, screen: Screen): Child {
  const [first] = screen.steps;
  if (!first) return null;
  const place = h("div", { class: "control" });
  const list = h("ol", { class: "steps" });
  const open = (step: Step) => {
    place.replaceChildren(control_of(app, step));
    place.dataset["fact"] = step.control.fact || step.step;
    [...list.children].forEach((row, index) => {
      const current = screen.steps[index] === step;
      row.classList.toggle("current", current);
      row.querySelector(".step")?.setAttribute("aria-current", current ? "step" : "false");
      if (current) row.append(place);
    });
  };
  screen.steps.forEach((step, index) => list.append(step_row(step, index, screen, open)));
  open(first);
  return list;
}

function step_row(step: Step, index: number, screen: Screen, open: (step: Step) => void) {
  const text = step.read_aloud ? spoken(step.text) : step.text;
  const words = [h("i", { class: "number" }, `${index + 1}`), step.read_aloud ? say_mark() : null,
    h("span", {}, text)];
  if (screen.steps.length === 1) return h("li", {}, h("div", { class: "step" }, ...words));
  return h("li", {},
    h("button", { type: "button", class: "step", on: { click: () => open(step) } }, ...words));
}

function actions(app: App, screen: Screen): HTMLElement {
  const call = screen.phone ? ring(screen.phone, t("call", { phone: screen.phone })) : null;
  const [first] = screen.finish;
  const done = screen.steps.length === 0;
  // One large key: who takes charge is rung first; else what the verdict leads to.
  const main = call && screen.verdict === "refer" ? call
    : first && done && !first.needs_reason ? finish_key(app, first) : null;
  main?.classList.add("main");
  const others = screen.finish
    .filter((finish) => main === null || main === call || finish !== first)
    .map((finish) => finish_key(app, finish));
  const cancel = () => app.feed({ input: "cancel" });
  const message = screen.kind !== "verdict" && screen.finish.length === 0;
  const leave = message && done ? key(t("next"), cancel, { class: "main" })
    : key(t("wrong"), cancel, { icon: "undo" });
  return h("div", { class: "acts" }, main, ...others, call === main ? null : call, leave);
}

function finish_key(app: App, finish: Finish): HTMLElement {
  return key(finish.label, () => {
    if (finish.needs_reason) app.show({ name: "reason", outcome: finish.outcome });
    else app.feed({ input: "finish", outcome: finish.outcome });
  }, { class: `outcome-${finish.outcome}` });
}

/** The short list of reasons for an outcome that differs from the verdict. */
export function reason_screen(app: App, outcome: Outcome): HTMLElement {
  const reasons = app.output?.screen.reasons ?? [];
  return form_screen(app, t("reason_title"), h("p", { class: "note" }, t("reason_note")),
    h("div", { class: "stack" },
      ...reasons.map(({ value, label }) =>
        key(label, () => {
          app.view = { name: "core" };
          app.feed({ input: "finish", outcome, overruling_reason: value });
        }))));
}
