// Hardware scanners that type. A burst of keys too fast for a hand is taken as one scan wherever
// the focus is; an input method in between is by-passed by the keys' physical positions, and
// full-width letters are left for the core to fold.

/** Longest pause inside a burst, in milliseconds. A fast hand needs about 80. */
const PAUSE_MILLIS = 45;
/** Fewest characters of a scan; shorter bursts are a hand, or a bouncing key. */
const LENGTH_LEAST = 12;

const PLAIN: Record<string, [string, string]> = {
  Slash: ["/", "?"], Period: [".", ">"], Minus: ["-", "_"], Semicolon: [";", ":"],
  Comma: [",", "<"], Equal: ["=", "+"], Quote: ["'", '"'], Backquote: ["`", "~"],
  BracketLeft: ["[", "{"], BracketRight: ["]", "}"], Backslash: ["\\", "|"], Space: [" ", " "],
};
const SHIFTED_DIGITS = ")!@#$%^&*(";

/** The character of a key by its place on the keyboard, for keys an input method swallowed. */
export function character_of(code: string, shift: boolean): string {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return shift ? letter : letter.toLowerCase();
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1];
  if (digit) return shift && code.startsWith("D") ? (SHIFTED_DIGITS[Number(digit)] ?? "") : digit;
  return PLAIN[code]?.[shift ? 1 : 0] ?? "";
}

/** Gathers keys into bursts; pure, so that it can be tested without a page. */
export class Burst {
  #text = "";
  #last_millis = 0;

  /** Adds a key; gives the scanned text when the burst ends with Enter or Tab. */
  key(key: string, code: string, shift: boolean, millis: number): string | null {
    if (millis - this.#last_millis > PAUSE_MILLIS) this.#text = "";
    this.#last_millis = millis;
    if (key === "Enter" || key === "Tab" || (key === "Process" && code === "Enter")) {
      const text = this.take();
      return text.length >= LENGTH_LEAST ? text : null;
    }
    if (key === "Process" || key === "Unidentified") this.#text += character_of(code, shift);
    else if ([...key].length === 1) this.#text += key;
    return null;
  }

  /** Whether what has come so far is too long and too fast for a hand. */
  get looks_scanned(): boolean {
    return this.#text.length >= LENGTH_LEAST;
  }

  /** Characters so far. */
  get length(): number {
    return this.#text.length;
  }

  /** Ends the burst by silence (scanners without an Enter). */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }
}

/** Listens on the whole window and calls `scanned` with each burst. */
export function listen_to_wedge(scanned: (text: string) => void): void {
  const burst = new Burst();
  let timer = 0;
  let before: { field: HTMLInputElement; value: string } | null = null;
  const done = (text: string) => {
    // The burst also went into a field that had the focus: put back what stood there.
    if (before) before.field.value = before.value;
    before = null;
    scanned(text);
  };
  addEventListener(
    "keydown",
    (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      clearTimeout(timer);
      const field = event.target instanceof HTMLInputElement ? event.target : null;
      const value = field?.value ?? "";
      const text = burst.key(event.key, event.code, event.shiftKey, event.timeStamp);
      if (burst.length <= 1) before = field ? { field, value } : null;
      if (text !== null) {
        event.preventDefault();
        event.stopPropagation();
        done(text);
      } else if (burst.looks_scanned) {
        event.preventDefault();
        timer = setTimeout(() => done(burst.take()), PAUSE_MILLIS * 4);
      }
    },
    { capture: true },
  );
}
