// One control for each way in which a guard supplies a fact. Nothing is ever filled in beforehand.

import type { App } from "../app";
import { h, icon, type Child } from "../dom";
import type { Choice, FactValue, Step } from "../messages";
import { t } from "../words";
import { field, key, ring, thermometer_keys } from "./common";
import { plate_pad } from "./plate";
import { register_keys } from "./register";
import { camera_box } from "./scan";

/** The control of a step; answering it gives the fact to the core. */
export function control_of(app: App, step: Step): HTMLElement {
  const { control } = step;
  const answer = (value: FactValue) => {
    app.feed({ input: "fact", fact: control.fact, value });
  };
  switch (control.kind) {
    case "temperature":
      return measure_keys(app, control.fact, answer);
    case "confirm":
      return confirm_keys(control.choices, answer);
    case "choice":
      return control.several
        ? several_keys(control.choices ?? [], answer)
        : h("div", { class: "choices" }, ...(control.choices ?? []).map((choice) =>
            key(choice.label, () => answer(choice.value))));
    case "call":
      return h("div", { class: "stack" },
        control.phone && ring(control.phone, t("call", { phone: control.phone }), "call"),
        control.fact ? confirm_keys(control.choices, answer) : null);
    case "plate":
      return plate_pad(answer);
    case "room":
      // Who lives here is found by door and surname together, or is not on the register.
      return control.fact === "registered_resident"
        ? h("div", { class: "choices" },
          key(t("lookup_go"), () => app.show({ name: "lookup" }), { class: "wide yes" }),
          key(t("not_on_register"), () => answer(false), { class: "wide" }))
        : room_fields(answer);
    case "scan":
      return h("div", { class: "small-cam" }, camera_box(app));
    case "register":
      return register_keys(app);
    case "text":
      return text_field(step.text, answer);
  }
}

/** The reading; with which thermometer is asked above it once, and then kept below, out of the
 * way. */
function measure_keys(app: App, fact: string, answer: (value: FactValue) => void): HTMLElement {
  const said = app.output?.thermometer.chosen !== undefined;
  const thermometer = thermometer_keys(app, (way) => app.feed({ input: "thermometer", way }));
  return h("div", { class: "measure" },
    fact === "second_temperature" && rest_timer(app.rest_since),
    said ? null : thermometer, temperature_keys(answer), said ? thermometer : null);
}

function confirm_keys(choices: Choice[] | undefined, answer: (value: FactValue) => void) {
  const offered = choices?.length
    ? choices
    : [{ value: true, label: t("confirm_yes") }, { value: false, label: t("confirm_no") }];
  return h("div", { class: "choices" }, ...offered.map((choice) =>
    key(choice.label, () => answer(choice.value))));
}

function several_keys(choices: Choice[], answer: (value: FactValue) => void): HTMLElement {
  const chosen = new Set<Choice>();
  const keys = choices.map((choice) => {
    const made = key(choice.label, () => {
      if (!chosen.delete(choice)) chosen.add(choice);
      made.setAttribute("aria-pressed", chosen.has(choice) ? "true" : "false");
    });
    made.setAttribute("aria-pressed", "false");
    return made;
  });
  return h("div", { class: "choices" }, ...keys,
    key(t("choose_done"), () => answer([...chosen].map((choice) => choice.value)),
      { class: "wide yes" }));
}

function text_field(label: string, answer: (value: FactValue) => void): HTMLElement {
  const { row, input } = field(label, "text", { maxlength: "100", enterkeyhint: "done" });
  return h("form", { class: "stack", on: { submit: (event) => {
    event.preventDefault();
    const text = input.value.trim();
    // Facts that are typed are numbers as a rule; the core refuses what it cannot read.
    if (text) answer(/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);
    else input.focus();
  } } }, row, h("button", { class: "key yes", type: "submit" }, t("save")));
}

/** Building, unit and room as `6-2-302`; a building without units leaves the middle out. */
export function room_fields(answer: (room: string) => void, extra: Child = null): HTMLElement {
  const building = field(t("building"), "numeric");
  const unit = field(t("unit"), "numeric");
  const room = field(t("room"), "numeric", { enterkeyhint: "done" });
  return h("form", { class: "stack", on: { submit: (event) => {
    event.preventDefault();
    const values = [building, unit, room].map(({ input }) => input.value.trim());
    if (!values[0]) building.input.focus();
    else if (!values[2]) room.input.focus();
    else answer(values.filter((value) => value).join("-"));
  } } },
    h("div", { class: "three" }, building.row, unit.row, room.row),
    h("p", { class: "note" }, t("lookup_none")),
    h("button", { class: "key yes", type: "submit" }, t("go_on")), extra);
}

/** Tenths of a degree per page: below, usual, above, far above. A thermometer shows no others. */
const PAGES = [[340, 354], [355, 372], [373, 390], [391, 408], [409, 426]] as const;
const USUAL_PAGE = 1;

/** Keys for every reading; the usual ones at once, the others one tap away. */
export function temperature_keys(answer: (celsius: number) => void): HTMLElement {
  const grid = h("div", { class: "degrees", role: "group", "aria-label": t("temperature_pick") });
  const show = (page: number, focus: boolean) => {
    const [from, to] = PAGES[page] ?? PAGES[USUAL_PAGE];
    const keys: HTMLElement[] = [];
    for (let tenths = from; tenths <= to; tenths += 1) {
      const reading = (tenths / 10).toFixed(1);
      keys.push(h("button", { class: "key degree", type: "button",
        on: { click: () => answer(Number(reading)) } }, reading));
    }
    const below = PAGES[page - 1];
    const above = PAGES[page + 1];
    const turn = (label: string, to_page: number) =>
      h("button", { class: "key degree turn", type: "button",
        on: { click: () => show(to_page, true) } }, label);
    const tens = (value: number) => (value / 10).toFixed(1);
    if (below) keys.push(turn(t("temperature_low", { value: tens(below[1]) }), page - 1));
    if (above) keys.push(turn(t("temperature_high", { value: tens(above[0]) }), page + 1));
    grid.replaceChildren(...keys);
    if (focus) keys[0]?.focus();
  };
  show(USUAL_PAGE, false);
  return grid;
}

/** How long somebody has been resting before the second measurement; it informs, locks nothing. */
function rest_timer(since: number | undefined): Child {
  if (since === undefined) return null;
  const words = h("span", {});
  const box = h("p", { class: "rest", role: "timer" }, icon("fever"), words);
  const tick = () => {
    const spent = Math.max(0, Math.floor((Date.now() - since) / 1_000));
    const seconds = String(spent % 60).padStart(2, "0");
    words.textContent = t("rested", { minutes: Math.floor(spent / 60), seconds });
    if (seen && !box.isConnected) clearInterval(timer);
    seen = true;
  };
  let seen = false;
  const timer = setInterval(tick, 1_000);
  tick();
  return box;
}
