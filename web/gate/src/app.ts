// The app's one state and the way inputs travel: tap or scan → core → store, send, paint, sound.
// No rule of the gate is here; what may be done next is what the core's screen says.

import { Camera } from "./camera";
import type { Core } from "./core";
import type {
  Age, Answer, Appended, Guard, Input, Outcome, Output, Recent, SubjectKind, Way,
} from "./messages";
import { clear_hash } from "./dom";
import { Duty } from "./duty";
import { become_device, talk_as, type By } from "./enrolment";
import { device_keys, to_base64 } from "./key";
import { line_of, Outbox, type Line } from "./outbox";
import { Scanner } from "./scanner";
import {
  Failure, fetch_guards, fetch_snapshot, greet, send_report, type Me, type Reply,
} from "./server";
import { DAMAGED } from "./seal";
import { play, vibrate } from "./sound";
import type { Settings, Store, Unsent, Values, Waiting } from "./store";
import { look_for_version } from "./version";
import { speak } from "./words";

/** What fills the screen: the core's own screen, or a form of the page before it asks the core. */
export type View =
  | { name: "opening" }
  | { name: "error"; code: string }
  | { name: "enrol"; failed?: EnrolFailure }
  | { name: "rejoin"; by: By; unsent: Unsent }
  | { name: "core" }
  | { name: "pin"; guard: Guard; then: () => void }
  | { name: "lookup" }
  | { name: "card" }
  | { name: "plate" }
  | { name: "room"; subject: SubjectKind }
  | { name: "register" }
  | { name: "reason"; outcome: Outcome }
  | { name: "menu" }
  | { name: "hand_over" }
  | { name: "recent" }
  | { name: "amend"; item: Recent };

/** Why a phone was not registered: the server said no, or it was not there to ask. */
export interface EnrolFailure {
  refused: boolean;
  code: string;
}

/** The failure of a call, as the first screen shows it. */
export function enrol_failure(error: unknown): EnrolFailure {
  if (!(error instanceof Failure)) return { refused: false, code: "app" };
  return { refused: error.kind === "refused", code: error.code };
}

/** How often the core learns the time and the server is asked for a newer list. */
const TICK_MILLIS = 15_000;
const SNAPSHOT_MILLIS = 60_000;
/** Events set aside of which the phone remembers the reason. */
const SET_ASIDE_KEPT = 500;

/** The core has no list yet; it did not take a list. */
const NO_LIST = "D10", LIST_REFUSED = "D04";

/** Inputs that no guard made. */
const BACKGROUND: readonly Input["input"][] = ["enrol", "snapshot", "sent", "tick"];

/** Inputs whose screen comes at once, stored or not. All others say that something is done, which
 * is said once it is stored. */
const AT_ONCE: readonly Input["input"][] = [...BACKGROUND, "scan", "emergency"];

/** How long a screen may wait for the store before it comes with "not saved". */
const STORE_MILLIS = 2_000;

/** Inputs after which the core's state is stored even where no event came of them. */
const STATE_CHANGING: readonly Input["input"][] = [
  "enrol", "snapshot", "shift_start", "shift_end", "thermometer", "sent", "emergency", "cancel",
];

export const DEFAULT_SETTINGS: Settings = { lang: "zh", theme: "auto", large: false, sound: true };

export class App {
  view: View = { name: "opening" };
  output: Output | undefined;
  line: Line = navigator.onLine ? "online" : "offline";
  line_code = "";
  /** Direction for the next person; stays as the guard left it. */
  way: Way = "in";
  me: Me | undefined;
  /** Who may be on duty at this gate. */
  guards: Guard[] = [];
  device: Values["device"] | undefined;
  settings: Settings = DEFAULT_SETTINGS;
  /** The crossing recorded last, offered for correction until the next one. */
  last_recorded: number | undefined;
  /** The emergency recorded last, to which a note may be added. */
  last_emergency: number | undefined;
  /** Why the newest list was not taken, while there is an older one. */
  list_refused: string | undefined;
  /** A write to the phone's own store failed; the guard is told until one succeeds. */
  not_saved = false;
  readonly duty: Duty;
  /** What the phone kept cannot be read: only a new enrolment helps. */
  damaged = false;
  set_aside = 0;
  /** Why the last of them was, a word of the server. */
  set_aside_why: string | undefined;
  readonly camera: Camera;
  readonly scanner: Scanner;
  /** Age of the list as last said; messages come without one. */
  age: Age | undefined;
  /** When the guard last did something here. */
  touched_at = Date.now();
  /** When the rest before a second measurement began, in milliseconds. */
  rest_since: number | undefined;
  #core: Core | undefined;
  /** Events that the phone's store has not taken yet; tried again with each input. */
  #unstored: Appended[] = [];
  /** A list that the core has taken and the phone's store has not: it goes with the state that
   * says so, since a state that has seen a newer list takes none that is older. */
  #list: Values["snapshot"] | undefined;
  /** Emergencies from before the core is there. */
  #waiting: Promise<Waiting[]> | undefined;
  /** What was pressed is being stored: the screen that says it is done comes after that. */
  storing: Promise<void> | undefined;
  #outbox: Outbox | undefined;

  constructor(
    readonly store: Store,
    private readonly paint: (app: App) => void,
  ) {
    this.duty = new Duty(store, () => this.paint(this));
    this.camera = new Camera(() => this.paint(this));
    this.scanner = new Scanner(this.camera.video, (text) => this.scanned(text));
  }

  /** Whether this phone decides: the core is there and knows whose chain it writes. */
  get ready(): boolean {
    return this.#core !== undefined && this.output !== undefined && this.device !== undefined;
  }

  /** Where a form of the page leads back to. */
  get home(): "core" | "enrol" {
    return this.ready ? "core" : "enrol";
  }

  /** Shows a form of the page, or goes back to the core's screen. */
  show(view: View): void {
    this.view = view;
    this.paint(this);
  }

  repaint(): void {
    this.paint(this);
  }

  /** Applies settings and keeps them. */
  set(settings: Partial<Settings>): void {
    this.settings = { ...this.settings, ...settings };
    speak(this.settings.lang);
    void this.store.put("settings", this.settings);
    this.feed({ input: "tick" });
    this.paint(this);
  }

  /** Takes up the core with its kept state; from here on an emergency is recorded at once. */
  async wake(core: Core): Promise<boolean> {
    await this.store.get("device"); // where that is damaged, an emergency waits for the next one
    const state = await this.store.get("state");
    if (state !== undefined && !core.load(state)) return false;
    this.#core = core;
    this.feed({ input: "tick" });
    await this.#play_waiting();
    return true;
  }

  /** Starts the day of an enrolled device: its list, the send loop, the timers. */
  async run(device: Values["device"]): Promise<void> {
    // All is read before anything is shown: a pass scanned in between would meet no list.
    const [kept, through, guards] = await Promise.all([
      this.store.get("snapshot"), this.store.get("acknowledged"), this.store.get("guards"),
      this.duty.open(),
    ]);
    this.guards = guards ?? [];
    this.device = device;
    this.view = { name: "core" };
    this.feed({
      input: "enrol",
      device: device.device,
      gate: device.gate,
      root_key_base64: device.root_key_base64,
    });
    // The page may have ended between noting an acknowledgement and telling the core.
    if (through !== undefined) {
      this.feed({ input: "sent", acknowledged_through: through, answers: [] });
    }
    if (kept) this.feed({ input: "snapshot", bytes_base64: kept.bytes_base64 });
    await this.#begin_sending(device);
    await this.#count_set_aside();
    setInterval(() => this.feed({ input: "tick" }), TICK_MILLIS);
    setInterval(() => this.#refresh(), SNAPSHOT_MILLIS);
    void greet().catch(() => undefined).then(() => this.#refresh());
  }

  async #begin_sending(device: Values["device"]): Promise<void> {
    const keys = await device_keys(this.store);
    talk_as(device, keys);
    this.#outbox = new Outbox(this.store, device.gate, device.device, keys, {
      sent: (reply) => this.#sent(reply),
      line: (line, code) => this.#set_line(line, code),
    });
    this.#outbox.kick();
  }

  /** What this phone kept cannot be opened: it asks for a new code, and sends meanwhile what can
   * still be read. Emergencies wait for the next start. */
  async recover(): Promise<void> {
    this.damaged = true;
    this.#core = undefined;
    this.show({ name: "enrol", failed: { refused: true, code: DAMAGED } });
    const device = await this.store.get("device").catch(() => undefined);
    if (device) await this.#begin_sending(device);
  }

  /** Says what is lost where this phone is registered anew, and asks. */
  async ask_to_enrol(by: By): Promise<void> {
    this.show({ name: "rejoin", by, unsent: await this.store.unsent() });
  }

  /** Registers this phone for a gate and starts deciding, with a page as new as the device. What
   * waits to be sent is cleared by it only if so many were agreed to. */
  async enrol(by: By, agreed = 0): Promise<void> {
    const lost = await this.store.unsent();
    if (lost.count > agreed) return this.ask_to_enrol(by);
    const again = this.device !== undefined || this.damaged;
    // An emergency meanwhile waits for the new device: the chain of this one ends here.
    const core = this.#core;
    if (again) this.#core = undefined;
    try {
      const kept = await become_device(this.store, by, this.damaged, lost);
      if (again) location.reload();
      else await this.run(kept);
    } catch (error) {
      this.#core = core;
      if (core) void this.#play_waiting();
      this.show({ name: "enrol", failed: enrol_failure(error) });
    }
  }

  /** Nothing more is decided or recorded here until the page is opened again. */
  stop(code: string): void {
    this.#core = undefined;
    this.not_saved = false;
    this.show({ name: "error", code });
  }

  /** Gives one input to the core and carries out what it answers. */
  feed(input: Input, millis = Date.now()): Output | undefined {
    if (!this.#core || (this.storing && !AT_ONCE.includes(input.input))) return undefined;
    let output: Output;
    try {
      const moment = { millis, offset_minutes: -new Date(millis).getTimezoneOffset() };
      output = this.#core.step({ moment, lang: this.settings.lang, input });
    } catch {
      // A trap ends this instance of the core; what was stored is whole.
      this.stop("core");
      return undefined;
    }
    this.#absorb(input, output);
    return output;
  }

  /** One tap, before any form (SCOPE-3). Kept until the core is there if it is not. */
  emergency(): void {
    if (this.feed({ input: "emergency", way: this.way })) {
      this.show({ name: "core" });
      return;
    }
    const waiting: Waiting = { millis: Date.now(), input: { input: "emergency", way: this.way } };
    this.#waiting ??= this.store.get("waiting").then((before = []) => before);
    void this.#waiting.then(async (all) => {
      all.push(waiting);
      await this.store.put("waiting", all);
      // The words stay when the page is opened anew, and nothing is recorded a second time.
      history.replaceState(true, "");
    }).catch(() => undefined); // the words show all the same
    location.hash = "emergency";
  }

  /** A text from camera or scanner: a proof if the open step wants one, else the next person. */
  scanned(text: string): void {
    const screen = this.output?.screen;
    if (!screen || screen.kind === "shift" || !this.device || this.duty.locked) return;
    this.touched_at = Date.now();
    const proof = screen.steps.find((step) => step.control.kind === "scan")?.control.fact;
    if (this.view.name === "core" && proof) {
      this.feed({ input: "fact", fact: proof, value: text });
    } else {
      this.view = { name: "core" };
      this.feed({ input: "scan", text, way: this.way });
    }
  }

  #absorb(input: Input, output: Output): void {
    const before = this.output?.screen;
    // What is there to read stays until it has been read: only the guard leaves a message, or the
    // list for which it says to wait.
    const awaited = input.input === "snapshot" && before?.code === NO_LIST;
    // The gate goes on by the list it has: that another was refused is a line, not a screen.
    const refused = output.screen.code === LIST_REFUSED && output.header.snapshot !== undefined;
    if (input.input === "snapshot") {
      this.list_refused = refused ? output.screen.sentences[0]?.text : undefined;
    }
    const held = BACKGROUND.includes(input.input) && !awaited &&
      (before?.kind === "message" || refused) && !output.screen.flags.includes("server_answer");
    this.output = held && before ? { ...output, screen: before } : output;
    const { screen } = this.output;
    this.age = output.screen.age ?? (output.header.snapshot === undefined ? undefined : this.age);
    const is_kept = output.append.length || STATE_CHANGING.includes(input.input) ||
      this.#unstored.length || this.#list;
    const stored = is_kept ? this.#keep(output) : undefined;
    if (!AT_ONCE.includes(input.input)) this.storing = stored;
    else if (!BACKGROUND.includes(input.input)) this.storing = undefined;
    if (output.append.length > 0) {
      this.last_emergency = input.input === "emergency" ? output.append.at(-1)?.seq : undefined;
      this.last_recorded = input.input === "finish" ? output.append.at(-1)?.seq : undefined;
    }
    // The server's answer takes the screen from whatever form the guard is in.
    if (input.input === "shift_start") this.duty.begin(input.guards);
    if (output.header.guards.length === 0 && this.duty.guards.length > 0) {
      this.duty.begin([], input.input === "shift_end" ? input.note : "");
    }
    if (screen.flags.includes("server_answer")) this.view = { name: "core" };
    const rests = screen.steps.some((step) => step.control.fact === "second_temperature");
    this.rest_since = rests ? (this.rest_since ?? Date.now()) : undefined;
    if (!this.storing || BACKGROUND.includes(input.input)) return this.#present(output);
    this.paint(this);
    void stored?.then(() => {
      if (this.storing === stored) this.storing = undefined;
      this.#present(output);
    });
  }

  #present(output: Output): void {
    this.paint(this);
    if (this.settings.sound && output.sound) play(output.sound);
    if (output.vibrate) vibrate(output.vibrate);
  }

  /** Stores events with the state that follows from them, before anything is sent, and the list
   * that the state has seen. What is fed in one go is stored in one. */
  async #keep(output: Output): Promise<void> {
    const core = this.#core;
    if (!core) return;
    this.#unstored.push(...output.append);
    // A store that hangs is told of like one that fails; nobody waits for the network's inputs.
    const late = setTimeout(() => this.#unstored.length > 0 && this.#say_not_saved(), STORE_MILLIS);
    await undefined;
    const storing = [...this.#unstored];
    const list = this.#list;
    try {
      await this.store.append(storing, core.save(), list);
      this.#unstored = this.#unstored.filter((event) => !storing.includes(event));
      if (this.#list === list) this.#list = undefined;
      if (output.forget_through > 0) await this.store.forget(output.forget_through);
      if (this.not_saved) {
        this.not_saved = false;
        this.paint(this);
      }
      if (output.append.length > 0) this.#outbox?.hurry();
    } catch {
      this.#say_not_saved();
    } finally {
      clearTimeout(late);
    }
  }

  #say_not_saved(): void {
    this.not_saved = this.#core !== undefined;
    this.storing = undefined;
    this.paint(this);
  }

  async #sent(reply: Reply): Promise<void> {
    if (reply.set_aside.length > 0) {
      const kept = [...((await this.store.get("set_aside")) ?? []), ...reply.set_aside];
      // A server that was restored from a copy is sent the same again, and says the same again.
      const once = [...new Map(kept.map((one) => [one.seq, one])).values()];
      await this.store.put("set_aside", once.slice(-SET_ASIDE_KEPT));
      await this.#count_set_aside();
    }
    if (this.view.name === "rejoin") void this.ask_to_enrol(this.view.by);
    const answers: Answer[] = reply.answers.map(({ seq, verdict, graver, rows, sentences }) => ({
      seq, verdict, graver, rows, sentences,
    }));
    this.feed({
      input: "sent",
      acknowledged_through: reply.acknowledged_through,
      answers,
      ...(reply.server_millis === undefined ? {} : { server_millis: reply.server_millis }),
    });
  }

  async #count_set_aside(): Promise<void> {
    const kept = (await this.store.get("set_aside")) ?? [];
    this.set_aside = kept.length;
    this.set_aside_why = kept.at(-1)?.reason;
  }

  #set_line(line: Line, code: string): void {
    if (code === DAMAGED) this.damaged = true;
    if (this.line === line && this.line_code === code) return;
    this.line = line;
    this.line_code = code;
    this.paint(this);
  }

  async #play_waiting(): Promise<void> {
    this.#waiting = undefined;
    for (const { input, millis } of (await this.store.get("waiting")) ?? []) {
      this.feed(input, millis);
    }
    if (location.hash === "#emergency") clear_hash();
  }

  /** Asks the server for what is new and says how this phone is, neither waiting for the other. */
  #refresh(): void {
    void this.#refresh_snapshot();
    void this.#report().catch(() => undefined);
  }

  async #refresh_snapshot(): Promise<void> {
    if (!this.device || !this.#core) return;
    const kept = await this.store.get("snapshot");
    try {
      const fresh = await fetch_snapshot(this.device.gate, this.device.device, kept?.etag ?? null);
      this.#set_line("online", "");
      if (fresh) {
        const bytes_base64 = to_base64(fresh.bytes);
        // One that is refused does not take the place of the one that is there.
        const taken = this.feed({ input: "snapshot", bytes_base64 });
        if (taken && taken.screen.code !== LIST_REFUSED) {
          this.#list = { bytes_base64, etag: fresh.etag };
        } else void look_for_version();
      }
    } catch (error) {
      if (error instanceof Failure) this.#set_line(line_of(error), error.code);
    }
  }

  /** Learns who may be on duty and the server's clock, and says how this phone is. */
  async #report(): Promise<void> {
    const gate = this.device?.gate;
    if (!gate) return;
    const persistent = await navigator.storage?.persisted?.().catch(() => undefined);
    const last = (await this.store.get("acknowledged")) ?? 0;
    const [event] = await this.store.events_after(last - 1, 1).catch(() => []);
    const { server_millis, has_acknowledged } = await send_report(gate, {
      version: VERSION,
      unsent: this.output?.counts.unsent ?? 0,
      list_number: this.output?.header.snapshot ?? 0,
      storage: persistent === undefined ? "unknown" : persistent ? "persistent" : "best_effort",
      device_millis: Date.now(),
      acknowledged_base64: event?.seq === last ? event.head_base64 : undefined,
    });
    // A server that was restored from a copy has lost it: all that is kept is sent again.
    if (has_acknowledged === false) {
      await this.store.put("acknowledged", (await this.store.oldest()) - 1);
      this.#outbox?.kick();
    }
    const through = (await this.store.get("acknowledged")) ?? 0;
    this.feed({ input: "sent", acknowledged_through: through, answers: [], server_millis });
    await this.#learn_guards(gate);
  }

  async #learn_guards(gate: string): Promise<void> {
    const { guards } = await fetch_guards(gate);
    if (JSON.stringify(guards) === JSON.stringify(this.guards)) return;
    this.guards = guards;
    await this.store.put("guards", guards);
    this.paint(this);
  }
}
