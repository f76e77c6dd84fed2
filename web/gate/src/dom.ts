// Makes elements. Text only ever becomes a text node, so nothing that was scanned or typed can
// turn into markup. Icons and the shapes of the verdicts are drawn here too.

export type Child = Node | string | null | undefined | false;

type Handlers = { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

export interface Properties {
  class?: string;
  on?: Handlers;
  /** Attributes; `false` and `undefined` leave one out, `true` sets it empty. */
  [attribute: string]: string | number | boolean | undefined | Handlers;
}

/** Makes an HTML element with attributes, listeners and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") {
      for (const [event, handler] of Object.entries(value as Handlers)) {
        element.addEventListener(event, handler as EventListener);
      }
    } else if (value !== false && value !== undefined) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** Does something once what was just put on the page has been seen. */
export const once_seen = (act: () => void) => requestAnimationFrame(() => setTimeout(act));

const SVG = "http://www.w3.org/2000/svg";

function svg(view_box: string, class_name: string, parts: [string, Record<string, string>][]) {
  const root = document.createElementNS(SVG, "svg");
  root.setAttribute("viewBox", view_box);
  root.setAttribute("class", class_name);
  root.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of parts) {
    const part = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    root.append(part);
  }
  return root;
}

const ICONS = {
  online: "M4 10a12 12 0 0 1 16 0M7 13.5a7.5 7.5 0 0 1 10 0M10 17a3 3 0 0 1 4 0",
  offline: "M7 18h10a4 4 0 0 0 1-7.9A6 6 0 0 0 8 7.3M6 10a4 4 0 0 0 1 8M3 3l18 18",
  phone:
    "M6 3h3l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z",
  user: "M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8M4 21a8 8 0 0 1 16 0",
  car: "M3 16v-4l2.5-6h13L21 12v4zM3 12h18M7 19v-3M17 19v-3",
  box: "M4 8l8-4 8 4v9l-8 4-8-4zM4 8l8 4 8-4M12 12v9",
  fever: "M10 14V5a2 2 0 0 1 4 0v9a4 4 0 1 1-4 0zM12 9v8",
  card: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7 14h10",
  home: "M4 11l8-7 8 7v9H4zM10 20v-6h4v6",
  badge: "M5 7h14v14H5zM9 7V3h6v4M12 11a2 2 0 1 0 0 4a2 2 0 1 0 0-4M9 18a3 3 0 0 1 6 0",
  plus: "M12 3v18M3 12h18",
  torch: "M8 3h8v4l-2 4v10h-4V11L8 7zM8 7h8",
  undo: "M9 7L4 12l5 5M4 12h11a5 5 0 0 1 0 10h-2",
  people:
    "M9 4.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7M2.5 20a6.5 6.5 0 0 1 13 0M16 5a3.5 3.5 0 0 1 0" +
    " 6.6M18 14.5a6.5 6.5 0 0 1 3.5 5.5",
  menu: "M4 6h16M4 12h16M4 18h16",
  back: "M15 5l-7 7 7 7",
  erase: "M9 5h12v14H9l-6-7zM12 9l6 6M18 9l-6 6",
  enter: "M11 12h10M17 8l4 4-4 4M13 4H5v16h8",
  leave: "M3 12h10M7 8l-4 4 4 4M13 4h6v16h-6",
  camera: "M4 8h4l2-3h4l2 3h4v11H4zM12 10a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7",
} as const;

export type IconName = keyof typeof ICONS;

/** A line icon in the colour of the text beside it. */
export function icon(name: IconName): SVGElement {
  return svg("0 0 24 24", "i", [["path", { d: ICONS[name] }]]);
}

const line = (d: string, width: number, stroke = "var(--hole)") =>
  ["path", { d, stroke, fill: "none", "stroke-width": String(width),
    "stroke-linecap": "round", "stroke-linejoin": "round" }] as [string, Record<string, string>];
const solid = (d: string): [string, Record<string, string>] => ["path", { d, fill: "var(--mark)" }];

const SHAPES: Record<string, [string, Record<string, string>][]> = {
  admit: [
    ["circle", { cx: "50", cy: "50", r: "46", fill: "var(--mark)" }],
    line("M27 52l16 16 31-35", 12),
  ],
  ask: [solid("M50 4L98 92H2z"), line("M50 36v24", 10),
    ["circle", { cx: "50", cy: "77", r: "6", fill: "var(--hole)" }]],
  refuse: [solid("M31 4h38l27 27v38L69 96H31L4 69V31z"), line("M33 33l34 34M67 33L33 67", 12)],
  refer: [solid("M50 3l47 47-47 47L3 50z"), line("M30 50h34M52 36l14 14-14 14", 10)],
  emergency: [
    ["rect", { x: "4", y: "4", width: "92", height: "92", rx: "18", fill: "var(--mark)" }],
    line("M50 24v52M24 50h52", 18),
  ],
  message: [["circle", { cx: "50", cy: "50", r: "46", fill: "var(--mark)" }],
    line("M50 46v28", 11), ["circle", { cx: "50", cy: "28", r: "7", fill: "var(--hole)" }]],
};

/** The shape of a verdict: circle, triangle, octagon, diamond; a square with a cross for life. */
export function shape(name: string): SVGElement {
  return svg("0 0 100 100", `shape shape-${name}`, SHAPES[name] ?? SHAPES["message"] ?? []);
}

/** The four corners of the camera's frame. */
export function frame_corners(): SVGElement {
  const d =
    "M4 54V28A24 24 0 0 1 28 4h26M198 4h26a24 24 0 0 1 24 24v26M248 198v26a24 24 0 0 1-24" +
    " 24h-26M54 248H28a24 24 0 0 1-24-24v-26";
  return svg("0 0 252 252", "corners", [line(d, 7, "#fff")]);
}

/** Takes away what follows the `#` in the address, and the words that it brought: `replaceState`
 * alone leaves those on the screen. */
export function clear_hash(): void {
  location.hash = "";
  history.replaceState(null, "", location.pathname);
}
