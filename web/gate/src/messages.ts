// Messages between the page and the gate core (crates/gatehouse-core/src/device). The Rust types
// are the source; testdata/wire/messages.json holds a sample of every variant, written by a Rust
// test and type-checked against this file.

export type Way = "in" | "out";
export type Verdict = "admit" | "ask" | "refuse" | "refer";
export type Outcome = "crossed" | "turned_back" | "taken_in_charge" | "unknown";
export type Language = "zh" | "en";
export type SubjectKind =
  | "resident"
  | "temporary_resident"
  | "exempt_worker"
  | "courier"
  | "visitor"
  | "vehicle"
  | "regular_helper";

/** What an emergency was, where somebody has a hand free to say so. */
export type EmergencyKind = "unsaid" | "illness" | "birth" | "fire" | "danger";

/** Why an outcome differs from the verdict (改判). */
export type OverrulingReason =
  | "shift_lead_decided"
  | "office_approved"
  | "supplied_later"
  | "left_by_choice"
  | "went_through"
  | "emergency_found";

export interface Guard {
  /** Staff id. */
  staff: string;
  /** As shown in the header, for example 李师傅. */
  name: string;
}

/** What a guard writes down of somebody who is not on the register. */
export interface Noted {
  name: string;
  phone: string;
  /** 6-2-302 */
  room: string;
  approved_by: string;
}

/** A further event that names an earlier one; the earlier one is never changed. */
export type Change =
  | { kind: "undo" }
  | { kind: "outcome"; outcome: Outcome; reason?: OverrulingReason }
  | { kind: "emergency"; what: EmergencyKind };

/** One answer of the server to one event. */
export interface Answer {
  seq: number;
  verdict: Verdict;
  graver: boolean;
  rows: string[];
  sentences: string[];
}

export type FactValue = boolean | number | string | string[] | Record<string, unknown> | unknown[];

export type Input =
  /** Once, after POST /gate/api/devices: whose chain this is and which root it trusts. */
  | { input: "enrol"; device: string; gate: string; root_key_base64: string }
  /** A signed snapshot as the server sent it; again after every start. */
  | { input: "snapshot"; bytes_base64: string }
  | { input: "shift_start"; guards: Guard[]; mask: boolean; armband: boolean;
      /** A value of `Output.thermometer`; without it the one of before is kept. */
      thermometer?: string }
  /** With what whoever comes is to know. */
  | { input: "shift_end"; note?: string }
  /** Another thermometer is in use from now on. */
  | { input: "thermometer"; way: string }
  /** What a camera or a hardware scanner read. */
  | { input: "scan"; text: string; way: Way }
  /** The number printed on the card. */
  | { input: "card"; number: string; way: Way }
  | { input: "lookup"; building: string; unit: string; room: string; surname: string; way: Way }
  | { input: "begin"; subject_kind: SubjectKind; way: Way; room?: string; plate?: string }
  /** The answer to one control; `fact` is the control's `fact`. */
  | { input: "fact"; fact: string; value: FactValue }
  /** Written down where a rule asks for it; all but the surname may be empty. */
  | { input: "register"; noted: Noted }
  | { input: "emergency"; way: Way; what?: EmergencyKind }
  | { input: "fever" }
  | { input: "finish"; outcome: Outcome; overruling_reason?: OverrulingReason }
  | { input: "amend"; seq: number; change: Change }
  | { input: "cancel" }
  /** The server's reply to POST /gate/api/events. */
  | { input: "sent"; acknowledged_through: number; answers: Answer[]; server_millis?: number }
  | { input: "tick" };

/** What gh_step takes. */
export interface Request {
  moment: { millis: number; offset_minutes: number };
  lang: Language;
  /** 32 random bytes, new for each request: salts of the events that follow. */
  random_base64: string;
  input: Input;
}

export interface Sentence {
  text: string;
  /** 念: said to the person as it stands. */
  read_aloud: boolean;
}

export interface Who {
  /** Masked: 王*华. */
  name: string;
  room: string;
  sex: string;
  age_band: string;
  /** A small picture, only where the person agreed to one. */
  picture_base64?: string;
}

export interface Choice {
  value: FactValue;
  label: string;
}

export interface Control {
  kind: "temperature" | "confirm" | "choice" | "text" | "plate" | "room" | "call" | "scan"
    | "register";
  /** Goes back as `fact` of the next fact input. */
  fact: string;
  /** For choice and confirm: what can be tapped. */
  choices?: Choice[];
  /** For choice: several may be tapped, the value is the list of them. */
  several?: boolean;
  /** For call: the number, where it is known. */
  phone?: string;
}

export interface Step {
  step: string;
  text: string;
  read_aloud: boolean;
  control: Control;
}

export interface Age {
  /** Minutes since the snapshot was made. */
  minutes: number;
  /** "按 26 分钟前的名单" */
  text: string;
  stage: "fresh" | "stale" | "past";
}

export interface Finish {
  outcome: Outcome;
  label: string;
  /** The outcome differs from the verdict: `finish` needs one of `Screen.reasons`. */
  needs_reason: boolean;
}

export type Flag =
  | "copied"
  | "grace"
  | "clock_skew"
  | "quota_unsure"
  | "emergency"
  | "fever"
  | "server_answer"
  | "no_policy";

export interface Screen {
  kind: "scan" | "verdict" | "choose" | "shift" | "message";
  verdict?: Verdict;
  headline: string;
  sentences: Sentence[];
  clause?: string;
  who?: Who;
  steps: Step[];
  duties: { text: string }[];
  /** A duty asks to register and no step does. */
  register?: boolean;
  age?: Age;
  phone?: string;
  finish: Finish[];
  /** What a guard can give as reason where `needs_reason`. */
  reasons: { value: OverrulingReason; label: string }[];
  flags: Flag[];
  /** Of a message: short, can be read over the phone. */
  code?: string;
}

/** An event to store, together with the state, before anything is sent. */
export interface Appended {
  seq: number;
  event_base64: string;
  /** Head of the chain after this event: what to sign when a batch ends here. */
  head_base64: string;
}

export interface Counts {
  /** Of this shift. */
  admitted: number;
  turned_back: number;
  emergencies: number;
  /** Of those admitted, who came in. */
  entered: number;
  /** Visitors of today who have not gone out, as this phone saw it. */
  visitors: number;
  /** Events not yet acknowledged. */
  unsent: number;
}

/** How temperatures are taken at this gate. */
export interface Thermometer {
  choices: Choice[];
  /** The value of the one in use; missing until somebody has said so. */
  chosen?: string;
}

/** The line on top of every screen. */
export interface Header {
  /** 锦绣苑 · 东门 */
  place: string;
  /** Names of the guards on duty; empty without a shift. */
  guards: string[];
  /** Sentences on the network, the list's age and the clock; empty when all is well. */
  notices: string[];
  /** Number of the snapshot in use. */
  snapshot?: number;
}

/** One of the latest crossings of this device, newest first. */
export interface Recent {
  seq: number;
  /** 14:05 */
  time: string;
  /** 住户 · 进 · 已通过 */
  text: string;
  /** Whether an undo would still change something. */
  can_undo: boolean;
}

/** What gh_step gives. */
export interface Output {
  screen: Screen;
  append: Appended[];
  /** Head of the whole chain; present while anything is unsent. */
  head_to_sign_base64?: string;
  /** Play the sound of this name. */
  sound?: "admit" | "ask" | "refuse" | "refer" | "emergency" | "message";
  /** Milliseconds on, off, on … */
  vibrate?: number[];
  counts: Counts;
  thermometer: Thermometer;
  header: Header;
  recent: Recent[];
  /** Events up to here are acknowledged and older than seven days: may be deleted. */
  forget_through: number;
}
