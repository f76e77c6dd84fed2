// Keys for a plate as it stands on the car (GA 36): province, then letters and digits.

import { h } from "../dom";
import { t } from "../words";
import { key } from "./common";

const PROVINCES = "豫鄂京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁湘粤桂琼渝川贵云藏陕甘青宁新使";
// No I and no O on a plate; the last four are the endings of special plates.
const CHARACTERS = "1234567890ABCDEFGHJKLMNPQRSTUVWXYZ挂学警港澳领";
/** A plate with its province has seven characters, one of a new-energy car eight. */
const LENGTH_LEAST = 7;
const LENGTH_MOST = 8;

/** The pad; also takes a keyboard, which the field brings up. */
export function plate_pad(answer: (plate: string) => void): HTMLElement {
  const input = h("input", { type: "text", class: "plate", autocomplete: "off",
    "aria-label": t("plate_title"), maxlength: 12, inputmode: "none", spellcheck: "false" });
  const keys = h("div", { class: "plate-keys" });
  const done = h("button", { class: "key yes", type: "submit" }, t("go_on"));
  const change = (value: string) => {
    input.value = value;
    refresh();
  };
  const refresh = () => {
    const plate = input.value.trim();
    const letters = [...plate].length > 0;
    keys.setAttribute("aria-label", t(letters ? "plate_letters" : "plate_province"));
    const wanted = letters ? CHARACTERS : PROVINCES;
    if (keys.dataset["set"] !== wanted) {
      keys.dataset["set"] = wanted;
      keys.replaceChildren(...[...wanted].map((character) =>
        h("button", { class: "key letter", type: "button", on: { click: () => {
          if ([...input.value].length < LENGTH_MOST) change(input.value + character);
        } } }, character)));
    }
    done.classList.toggle("main", [...plate].length >= LENGTH_LEAST);
  };
  input.addEventListener("input", refresh);
  keys.setAttribute("role", "group");
  refresh();
  return h("form", { class: "stack", on: { submit: (event) => {
    event.preventDefault();
    const plate = input.value.replace(/\s/g, "").toUpperCase();
    if (plate) answer(plate);
    else input.focus();
  } } },
    h("div", { class: "plate-row" }, input,
      key(t("erase"), () => change([...input.value].slice(0, -1).join("")), { icon: "erase" })),
    keys, done);
}
