// The scan screen: camera, direction, what to tap for people without a code, fever, counts.

import type { App } from "../app";
import { frame_corners, h, icon, once_seen, type Child, type IconName } from "../dom";
import { t, type Word } from "../words";
import { either, key } from "./common";

/** The screen between two people. */
export function scan_screen(app: App): HTMLElement {
  return h(
    "section",
    { class: "scan" },
    h("h1", { class: "sr" }, t("scan_title")),
    h("div", { class: "scan-left" }, camera_box(app), h("div", { class: "pad" }, way_keys(app))),
    h("div", { class: "pad scan-right" },
      h("div", { class: "tiles" },
        tile("user", t("visitor"), () => app.show({ name: "room", subject: "visitor" })),
        tile("car", t("vehicle"), () => app.show({ name: "plate" })),
        tile("box", t("courier"), () => app.show({ name: "room", subject: "courier" })),
        tile("home", t("no_pass"), () => app.show({ name: "lookup" })),
        tile("badge", t("worker"), () =>
          app.feed({ input: "begin", subject_kind: "exempt_worker", way: app.way })),
        tile("card", t("card_number"), () => app.show({ name: "card" }))),
      key(t("fever"), () => app.feed({ input: "fever" }), { class: "fever wide", icon: "fever" }),
      last_line(app),
      h("p", { class: "counts", id: "counts" })),
  );
}

function tile(name: IconName, label: string, click: () => void): HTMLElement {
  return h("button", { class: "tile", type: "button", on: { click } }, icon(name),
    h("span", {}, label));
}

function way_keys(app: App): HTMLElement {
  return either(
    t("way"),
    [
      { value: "in", label: t("way_in"), icon: "enter" },
      { value: "out", label: t("way_out"), icon: "leave" },
    ],
    app.way,
    (way) => (app.way = way),
  );
}

/** What was recorded last, with the key that corrects it. */
function last_line(app: App): Child {
  const item = app.output?.recent.find((one) => one.seq === app.last_recorded);
  if (!item?.can_undo) return null;
  return h("div", { class: "last" },
    h("span", {}, h("small", {}, t("last")), h("b", {}, `${item.time} ${item.text}`)),
    key(t("wrong"), () => app.show({ name: "amend", item }), { icon: "undo" }));
}

/** Counts of the shift; painted in place, they change without the screen changing. */
export function scan_counts(app: App): void {
  const place = document.getElementById("counts");
  const counts = app.output?.counts;
  if (!place || !counts) return;
  const pair = (label: string, value: number) => h("span", {}, label, " ", h("b", {}, `${value}`));
  place.replaceChildren(
    pair(t("crossed"), counts.admitted),
    pair(t("turned_back"), counts.turned_back),
    pair(t("emergencies"), counts.emergencies),
  );
  paint_camera_state(app);
}

/** The camera's picture with frame, hint and torch. */
export function camera_box(app: App, hint: Word = "hint"): HTMLElement {
  const { video } = app.camera;
  const box = h("div", { class: "cam", "data-hint": hint },
    h("div", { class: "window", "aria-hidden": "true" }, frame_corners()),
    h("div", { class: "cam-state" }));
  queueMicrotask(() => paint_camera_state(app));
  // Moving a <video> takes as long as a verdict, and pauses it in some browsers.
  once_seen(() => {
    if (!box.isConnected) return;
    box.prepend(video);
    void video.play().catch(() => undefined);
  });
  return box;
}

function paint_camera_state(app: App): void {
  const place = document.querySelector(".cam-state");
  if (!place) return;
  const { state, has_torch, torch_on } = app.camera;
  const shown = `${state} ${has_torch} ${torch_on} ${app.settings.lang}`;
  if (place.getAttribute("data-shown") === shown) return;
  place.setAttribute("data-shown", shown);
  const parts: Node[] = [];
  if (state === "on") {
    const hint = place.parentElement?.dataset["hint"] as Word;
    parts.push(h("p", { class: "hint" }, t(hint)));
    if (has_torch) {
      parts.push(key(t(torch_on ? "torch_off" : "torch_on"), () => void app.camera.toggle_torch(), {
        class: "torch", icon: "torch",
      }));
    }
  } else if (state === "starting") {
    parts.push(h("p", { class: "hint" }, t("camera_starting")));
  } else {
    if (state !== "off") parts.push(h("p", { class: "trouble" }, t(`camera_${state}`)));
    parts.push(key(t("camera_start"), () => void app.camera.start(), { icon: "camera" }));
  }
  place.replaceChildren(...parts);
}
