// The PIN of a guard: chosen at the first taking-over, asked for at each later one and on the
// locked screen. Who forgot it gets another by a colleague's, or after a wait.

import type { App } from "../app";
import { h, type Child } from "../dom";
import type { Guard } from "../messages";
import { FORGOTTEN_MILLIS, is_pin } from "../pin";
import { t } from "../words";
import { digit_pad, field, key } from "./common";

/** What digits lead to; a text says why not. */
type Take = (digits: string) => Promise<string | undefined> | string | undefined;

/** Asks a guard to say who they are; `then` follows once they have. */
export function pin_part(app: App, guard: Guard, then: () => void): HTMLElement {
  const part = h("div", { class: "stack" });
  const show = (title: string, take: Take, ...more: Child[]) =>
    part.replaceChildren(...pad(title, take), ...more.filter((child) => child instanceof Node));
  const { name } = guard;
  const choose = (said = "") => show(t("pin_new", { name }), (first) => {
    show(t("pin_again", { name }), async (second) => {
      if (second !== first) return choose(t("pin_differs")), undefined;
      await app.duty.choose(guard, first);
      return then(), undefined;
    });
    return undefined;
  }, h("p", { class: "note", role: "status" }, said || t("pin_note")));
  const ask = (who: Guard, right: () => void, ...more: Child[]) =>
    show(t("pin_ask", { name: who.name }), async (digits) => {
      const tried = await app.duty.prove(who, digits);
      if (tried === true) return right(), undefined;
      const count = Math.ceil(tried / 1000);
      return count > 0 ? t("pin_wait", { count }) : t("pin_wrong");
    }, ...more);
  const forgot = () => {
    const at = app.duty.forgotten(guard) + FORGOTTEN_MILLIS;
    const time = new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
    const others = app.guards.filter((one) => one.staff !== guard.staff && app.duty.pin(one));
    part.replaceChildren(h("h1", {}, t("pin_forgot")),
      ...others.map((one) => key(one.name, () => ask(one, () => choose()), { icon: "user" })),
      Date.now() < at ? h("p", { class: "note" }, t("pin_alone", { time }))
        : key(t("pin_new", { name }), () => choose()));
  };
  if (app.duty.pin(guard)) ask(guard, then, key(t("pin_forgot"), forgot));
  else choose();
  return part;
}

/** Heading, field, keys large enough for gloves. */
function pad(title: string, take: Take): HTMLElement[] {
  const { row, input } = field(t("pin"), "numeric", { type: "password", maxlength: "6" });
  const wrong = h("p", { class: "flag", role: "alert" });
  const submit = async (event: Event) => {
    event.preventDefault();
    const digits = input.value;
    input.value = "";
    wrong.textContent = "";
    wrong.textContent = is_pin(digits) ? ((await take(digits)) ?? "") : t("pin_short");
  };
  // Beside the key that was tapped: on a small screen the field is out of sight by then.
  return [h("h1", {}, title), h("form", { class: "stack", on: { submit } }, row,
    digit_pad(input, "1234567890"), wrong,
    h("button", { class: "key main yes", type: "submit" }, t("go_on")))];
}

/** Nobody touched the phone for a while: who is on duty says so. What was open stays open. */
export function lock_screen(app: App): HTMLElement {
  const section = h("section", { class: "form" });
  const show = (guard: Guard) => section.replaceChildren(
    h("p", { class: "note" }, t("locked")),
    app.duty.guards.length > 1 ? h("div", { class: "choices" }, ...app.duty.guards.map((one) =>
      key(one.name, () => show(one), { icon: "user" }))) : "",
    pin_part(app, guard, () => app.duty.unlock()));
  const [first] = app.duty.guards;
  if (first) show(first);
  return section;
}
