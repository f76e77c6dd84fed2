// Paints the page from the app's state. The header is made anew each time; the main part only when
// what it shows has changed, so that a half-filled form survives ticks and answers of the server.

import type { App } from "./app";
import { h, icon, once_seen, type Child } from "./dom";
import { form_screen } from "./screens/common";
import { amend_screen, hand_over_screen, menu_screen, recent_screen } from "./screens/desk";
import { card_screen, lookup_screen, plate_screen, room_screen } from "./screens/forms";
import { lock_screen, pin_part } from "./screens/pin";
import { register_screen } from "./screens/register";
import { reason_screen, verdict_screen } from "./screens/verdict";
import { scan_counts, scan_screen } from "./screens/scan";
import { enrol_screen, error_screen, rejoin_screen, shift_screen } from "./screens/start";
import { STUCK } from "./outbox";
import { is_kept } from "./version";
import { spoken_age, t } from "./words";

const top_bar = () => document.getElementById("top") as HTMLElement;
const main_part = () => document.getElementById("main") as HTMLElement;
const live_region = () => document.getElementById("say") as HTMLElement;

let painted = "";

/** Paints everything that has changed, once what was pressed is stored: until then nothing else can
 * be pressed but an emergency. */
export function paint(app: App): void {
  main_part().classList.toggle("storing", app.storing !== undefined);
  if (app.storing) return;
  dress(app);
  paint_header(app);
  const key = what_is_shown(app);
  const is_new = key !== painted;
  painted = key;
  if (is_new) paint_main(app);
  if (showing_scan(app)) scan_counts(app);
  paint_lock(app);
  run_camera(app);
  words_of_emergency_key();
  // The browser has to lay out the page for it: once, when all is there.
  if (is_new) main_part().scrollTop = 0;
}

/** Put in place only where it says something else: most verdicts come under the same header. */
function paint_header(app: App): void {
  const header = top_bar();
  const parts = header_parts(app).filter((part) => part instanceof Node);
  const old = [...header.childNodes];
  if (old.length === parts.length && old.every((part, at) => part.isEqualNode(parts[at]!))) return;
  const menu_had_focus = header.contains(document.activeElement);
  header.replaceChildren(...parts);
  if (menu_had_focus) header.querySelector("button")?.focus();
}

/** Everything that the main part depends on. */
function what_is_shown(app: App): string {
  const { view, settings } = app;
  const common = [view, settings, app.guards.length, app.me?.gates.length, app.set_aside];
  if (view.name === "recent") return JSON.stringify([common, app.output?.recent]);
  if (view.name !== "core") return JSON.stringify(common);
  const shown = app.output?.screen;
  // Who is on duty is chosen on the page: a list that arrives meanwhile must not undo it.
  if (shown?.kind === "shift") return JSON.stringify([common, "shift"]);
  const { age, ...screen } = shown ?? {};
  return JSON.stringify([common, screen, age?.stage, app.line === "online"]);
}

function showing_scan(app: App): boolean {
  return app.view.name === "core" && app.output?.screen.kind === "scan";
}

/** The lock lies over the main part, which stays as it is: what was open or half typed is there
 * again afterwards. An emergency is recorded all the same, and said here. */
function paint_lock(app: App): void {
  const lock = document.getElementById("lock") as HTMLElement;
  const { locked } = app.duty;
  if (locked === lock.hidden) {
    lock.hidden = !locked;
    main_part().hidden = locked;
    lock.replaceChildren(...(locked ? [h("p", { class: "flag" }), lock_screen(app)] : []));
  }
  const said = locked && app.output?.screen.flags.includes("emergency");
  if (said) (lock.firstChild as HTMLElement).textContent = t("lock_emergency");
}

function paint_main(app: App): void {
  const main = main_part();
  document.body.dataset["screen"] = screen_name(app);
  clear_around(main, app.camera.video);
  main.prepend(screen_of(app));
  announce(app);
  once_seen(() => {
    while (main.childNodes.length > 1) main.lastChild?.remove();
    begin_at_heading();
  });
}

/** Takes out what is there. A <video> stays, unseen, until what is new has been seen: taking it out
 * takes a sixth of the time that a verdict may take. */
function clear_around(main: Element, video: Element): void {
  if (!main.contains(video)) return main.replaceChildren();
  for (let kept = video; kept !== main; kept = kept.parentElement ?? main) {
    for (const other of [...kept.parentNode?.childNodes ?? []]) if (other !== kept) other.remove();
  }
}

/** Keyboard and screen reader start at the heading of what is new, unless somebody is further. */
function begin_at_heading(): void {
  const main = main_part();
  if (main.contains(document.activeElement)) return;
  const heading = main.querySelector<HTMLElement>("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

function screen_name(app: App): string {
  if (app.view.name !== "core") return app.view.name;
  const screen = app.output?.screen;
  if (screen?.flags.includes("emergency")) return "emergency";
  if (screen?.kind !== "verdict") return screen?.kind ?? "opening";
  return screen.verdict ?? "message";
}

function screen_of(app: App): Node {
  const { view } = app;
  switch (view.name) {
    case "opening":
      return h("p", { class: "loading" }, "正在打开 · Opening");
    case "error":
      return error_screen(app, view.code);
    case "enrol":
      return enrol_screen(app, view.failed);
    case "rejoin":
      return rejoin_screen(app, view.by, view.unsent);
    case "lookup":
      return lookup_screen(app);
    case "card":
      return card_screen(app);
    case "plate":
      return plate_screen(app);
    case "room":
      return room_screen(app, view.subject);
    case "register":
      return register_screen(app);
    case "reason":
      return reason_screen(app, view.outcome);
    case "menu":
      return menu_screen(app);
    case "hand_over":
      return hand_over_screen(app);
    case "recent":
      return recent_screen(app);
    case "amend":
      return amend_screen(app, view.item);
    case "pin":
      return form_screen(app, t("shift_title"), pin_part(app, view.guard, view.then));
    case "core":
      return core_screen(app);
  }
}

function core_screen(app: App): Node {
  const screen = app.output?.screen;
  if (!screen) return h("p", { class: "loading" }, "正在打开 · Opening");
  if (screen.kind === "scan") return scan_screen(app);
  if (screen.kind === "shift") return shift_screen(app, screen);
  return verdict_screen(app, screen);
}

/** Verdict, step, reason: the order in which it is read aloud (glossary §2.13). */
function announce(app: App): void {
  const screen = app.output?.screen;
  if (app.view.name !== "core" || !screen || screen.kind === "scan" || screen.kind === "shift") {
    live_region().textContent = "";
    return;
  }
  const emergency = screen.flags.includes("emergency");
  const word = emergency ? t("emergency") : screen.verdict ? t(screen.verdict) : "";
  const parts = [word, screen.headline, screen.steps[0]?.text ?? "", screen.sentences[0]?.text];
  // A sentence brings its own end; a second one would be read aloud.
  const bare = parts.map((part) => (part ?? "").replace(/[。.]\s*$/, ""));
  const said = [...new Set(bare.filter((part) => part))];
  live_region().textContent = said.join(app.settings.lang === "zh" ? "。" : ". ");
}

function header_parts(app: App): Child[] {
  const header = app.output?.header;
  const guards = header?.guards.join("、") ?? "";
  return [
    h("div", { class: "where" }, h("b", {}, header?.place || app.device?.label || t("app_name")),
      h("small", {}, guards ? h("span", { class: "guards" }, guards) : null, age_mark(app))),
    pill(app),
    !app.duty.locked && h("button", { class: "key square", type: "button", "aria-label": t("menu"),
      "aria-pressed": app.view.name === "menu" ? "true" : "false",
      on: { click: () => app.show({ name: app.view.name === "menu" ? app.home : "menu" }) } },
      icon("menu")),
    ...notices(app),
  ];
}

/** The list's age, on every screen; its stage differs by shape and word as well as colour. */
function age_mark(app: App): Child {
  if (!app.ready) return null;
  const { age } = app;
  if (!age) return h("span", { class: "age age-past" }, t("list_none"));
  const text = age.minutes < 1 ? t("list_now") : t("list_age", { age: spoken_age(age.minutes) });
  return h("span", { class: `age age-${age.stage}`, title: t(`list_${age.stage}`) }, text);
}

function pill(app: App): Child {
  if (!app.ready) return null;
  const count = app.output?.counts.unsent ?? 0;
  const online = app.line === "online";
  const word =
    app.line === "login" ? t("line_login")
    : app.line === "refused" ? t("line_refused")
    : online ? (count > 0 ? t("online_unsent", { count }) : t("online"))
    : count > 0 ? t("offline_unsent", { count }) : t("offline");
  const mark = icon(online ? "online" : "offline");
  if (app.line === "login") {
    return h("button", { class: "net off", type: "button",
      on: { click: () => app.show({ name: "enrol" }) } }, mark, h("span", {}, word));
  }
  const [first, ...rest] = word.split(/(?= · )/);
  return h("span", { class: `net ${online ? "on" : "off"}`, role: "status" }, mark,
    h("span", {}, first, ...rest.map((part) => h("span", { class: "part" }, part))));
}

/** Sentences on network, list and clock: over a verdict those that the core wants there too. */
function notices(app: App): Child[] {
  const lines = app.ready ? [...(app.output?.header.notices ?? [])] : [];
  const over_verdict = app.output?.screen.kind === "verdict";
  // The first says that records wait for the network; where the office refuses them it is not that.
  if (STUCK.includes(app.line_code) && !over_verdict) lines.shift();
  if (app.not_saved) lines.unshift(t("not_saved"));
  if (app.ready && !over_verdict) lines.push(...trouble_of_device(app));
  return lines.map((line) => h("p", { class: "notice" }, line));
}

/** What the office must see to before this phone is whole again; the gate goes on meanwhile. */
function trouble_of_device(app: App): string[] {
  if (app.line_code === "D-ENDED" || app.set_aside_why === "ended_device") {
    return [t("device_ended")];
  }
  if (app.damaged) return [t("enrol_damaged")];
  if (STUCK.includes(app.line_code)) return [t("batch_refused")];
  if (app.list_refused) return [app.list_refused];
  return app.set_aside_why ? [t("device_forked")] : is_kept ? [] : [t("not_kept")];
}

const prefers_dark = matchMedia("(prefers-color-scheme: dark)");

/** Theme, size and language of the whole page. By hand or, on automatic, by the hour. */
function dress(app: App): void {
  const { theme, large } = app.settings;
  const hour = new Date().getHours();
  const dark = hour >= 19 || hour < 6 || prefers_dark.matches;
  const night = theme === "night" || (theme === "auto" && dark);
  document.documentElement.dataset["theme"] = night ? "night" : "day";
  document.documentElement.dataset["size"] = large ? "large" : "normal";
}

function words_of_emergency_key(): void {
  const key = document.getElementById("emergency-key");
  for (const [tag, word] of [["b", "emergency"], ["small", "emergency_when"]] as const) {
    const part = key?.querySelector(tag);
    if (part && part.textContent !== t(word)) part.textContent = t(word);
  }
}

/** The camera runs while something can be scanned, and only then. */
function run_camera(app: App): void {
  const wanted = main_part().firstElementChild?.querySelector(".cam") && !app.duty.locked;
  if (wanted) {
    if (app.camera.state === "off" && !document.hidden) void app.camera.start();
    app.scanner.start();
  } else {
    app.scanner.stop();
  }
}
