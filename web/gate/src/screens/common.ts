// Pieces that several screens share.

import type { App } from "../app";
import { h, icon, type Child, type IconName } from "../dom";
import { t } from "../words";

/** A key with an optional icon; at least 60 px high by its style. */
export function key(
  label: string,
  click: () => void,
  options: { class?: string; icon?: IconName; note?: string } = {},
): HTMLButtonElement {
  return h(
    "button",
    { class: `key ${options.class ?? ""}`, type: "button", on: { click } },
    options.icon && icon(options.icon),
    h("span", {}, label, options.note ? h("small", {}, options.note) : null),
  );
}

/** A link that rings a number. */
export function ring(phone: string, label: string, class_name = ""): HTMLAnchorElement {
  const number = phone.replace(/[^\d+*#]/g, "");
  return h("a", { class: `key ${class_name}`, href: `tel:${number}` }, icon("phone"),
    h("span", {}, label));
}

/** A form of the page: back key, heading, body. */
export function form_screen(app: App, title: string, ...body: Child[]): HTMLElement {
  return h(
    "section",
    { class: "form" },
    h("div", { class: "form-head" },
      h("button", { class: "key square", type: "button", "aria-label": t("back"),
        on: { click: () => app.show({ name: app.home }) } }, icon("back")),
      h("h1", {}, title)),
    ...body,
  );
}

/** A labelled field; `mode` chooses the phone's keyboard. */
export function field(
  label: string,
  mode: "numeric" | "text",
  extra: Record<string, string | boolean> = {},
): { row: HTMLElement; input: HTMLInputElement } {
  const input = h("input", { type: "text", inputmode: mode, autocomplete: "off",
    autocapitalize: "none", spellcheck: "false", maxlength: 40, enterkeyhint: "next", ...extra });
  return { row: h("label", { class: "field" }, h("span", {}, label), input), input };
}

/** Digits for gloves, which type into a field. */
export function digit_pad(input: HTMLInputElement, digits: string): HTMLElement {
  return h("div", { class: "digits" },
    ...[...digits].map((text) => key(text, () => (input.value += text), { class: "digit" })),
    h("button", { class: "key digit", type: "button", "aria-label": t("erase"),
      on: { click: () => (input.value = input.value.slice(0, -1)) } }, "⌫"));
}

/** Which thermometer is in use (GATE-6): one touch, never in the way. */
export function thermometer_keys(app: App, choose: (way: string) => void): HTMLElement {
  const { choices, chosen = "" } = app.output?.thermometer ?? { choices: [] };
  const offered = choices.map(({ value, label }) => ({ value: String(value), label }));
  const question = chosen === "" ? h("p", { class: "note" }, t("thermometer_unsaid")) : null;
  return h("div", { class: "thermometer" }, question,
    either(t("thermometer"), offered, chosen, (way) => {
      question?.remove();
      choose(way);
    }));
}

/** Keys of which one is chosen (settings, direction). */
export function either<T extends string>(
  label: string,
  choices: { value: T; label: string; icon?: IconName }[],
  chosen: T,
  choose: (value: T) => void,
): HTMLElement {
  const group = h("div", { class: "either", role: "group", "aria-label": label });
  for (const choice of choices) {
    group.append(
      h("button", { class: "key", type: "button",
        "aria-pressed": choice.value === chosen ? "true" : "false",
        on: { click: () => {
          for (const other of group.children) other.setAttribute("aria-pressed", "false");
          group.children[choices.indexOf(choice)]?.setAttribute("aria-pressed", "true");
          choose(choice.value);
        } } },
        choice.icon && icon(choice.icon), h("span", {}, choice.label)),
    );
  }
  return group;
}
