// A stand-in for the core in browser tests and while drawing screens: answers every input with a
// screen of the right form. It knows no rule and never ships; build.mjs takes it in place of
// src/core.ts only when GATEHOUSE_CORE names it.

import type { Core } from "../../gate/src/core";
import type {
  Appended, Counts, FactValue, Input, Output, Recent, Request, Screen, Step, Verdict,
} from "../../gate/src/messages";

const EMPTY: Screen = {
  kind: "scan", headline: "", sentences: [], steps: [], duties: [], finish: [], reasons: [],
  flags: [], age: { minutes: 26, text: "按 26 分钟前的名单", stage: "fresh" },
};
const say = (text: string) => ({ text, read_aloud: true });
const plain = (text: string) => ({ text, read_aloud: false });
const WHO = { name: "王*华", room: "6 栋 2 单元 302", sex: "男", age_band: "30 多岁" };
const step = (name: string, text: string, control: Step["control"], read_aloud = false): Step => ({
  step: name, text, control, read_aloud,
});
const TEMPERATURE = step("measure_temperature", "请量体温，点一下量到的数。",
  { kind: "temperature", fact: "temperature" });
const CROSSED = { outcome: "crossed", label: "放行，下一位", needs_reason: false } as const;
const BACK = { outcome: "turned_back", label: "记为已返回", needs_reason: false } as const;
const ANYWAY = { outcome: "crossed", label: "还是放行", needs_reason: true } as const;
const REASONS: Screen["reasons"] = [
  { value: "shift_lead_decided", label: "值班长定的" },
  { value: "office_approved", label: "有单位批准" },
  { value: "supplied_later", label: "后来补齐了" },
  { value: "emergency_found", label: "其实是急事" },
];

const THERMOMETERS = [{ value: "forehead", label: "额温" }, { value: "ear", label: "耳温" },
  { value: "armpit", label: "腋温" }, { value: "wrist", label: "腕温" }];

const SCREENS: Record<string, Screen> = {
  ADMIT: { ...EMPTY, kind: "verdict", verdict: "admit", headline: "住户，出入证有效，不用再登记。",
    sentences: [plain("有效到 11月30日")], clause: "依据：河南通知 三（三）一", who: WHO, finish: [CROSSED] },
  ASK: { ...EMPTY, kind: "verdict", verdict: "ask", headline: "口罩、体温、登记，还差：体温。",
    clause: "依据：钟祥通知 6", who: WHO,
    steps: [TEMPERATURE, step("put_on_mask", "请戴好口罩。没有的话，这里有。",
      { kind: "confirm", fact: "mask" }, true)],
    finish: [BACK, ANYWAY], reasons: REASONS },
  REFUSE: { ...EMPTY, kind: "verdict", verdict: "refuse", headline: "现在外来的人和车都不进。",
    sentences: [plain("有事打 000-0000"), say("货请放 2 号货架，住户来取。")], clause: "依据：钟祥通知 4",
    duties: [{ text: "请停到南侧空地，不占路。" }], finish: [BACK, ANYWAY], reasons: REASONS,
    phone: "000-0000" },
  REFER: { ...EMPTY, kind: "verdict", verdict: "refer", headline: "请值班长来接手",
    sentences: [say("请您稍等，我请值班长来。")], phone: "000-0000",
    finish: [{ outcome: "taken_in_charge", label: "已接手", needs_reason: false }, BACK] },
  GO: { ...EMPTY, kind: "message", verdict: "admit", headline: "已放行，先走，事后补记。",
    flags: ["emergency"] },
  FEVER: { ...EMPTY, kind: "verdict", verdict: "refer", headline: "请到旁边坐 5 分钟，再量一次。",
    sentences: [say("请到旁边坐 5 分钟，再量一次。")], flags: ["fever"], phone: "000-0000",
    steps: [step("measure_again", "请再量一次。",
      { kind: "temperature", fact: "second_temperature" })] },
  VISITOR: { ...EMPTY, kind: "verdict", verdict: "ask",
    headline: "访客一般不进。住户来说明，量体温，登记，再带进去。", clause: "依据：河南通知 三（三）四",
    steps: [step("ask_host", "打给 3-2-302 住户：这个人您认识吗，同意进吗？",
      { kind: "call", fact: "host_consent", phone: "000-0001", choices: [
        { value: true, label: "同意进" }, { value: false, label: "不同意" }] }), TEMPERATURE],
    finish: [BACK] },
  COURIER: { ...EMPTY, kind: "verdict", verdict: "refuse",
    headline: "货放门岗，住户来取。请登记电话和房号。", clause: "依据：河南通知 三（三）三",
    duties: [{ text: "戴好口罩" }], register: true, finish: [BACK, ANYWAY], reasons: REASONS },
  CHOOSE: { ...EMPTY, kind: "choose", headline: "是哪一位？", steps: [
    step("choose_person", "点一位。", { kind: "choice", fact: "person", choices: [
      { value: "1", label: "王*华 · 30 多岁" }, { value: "2", label: "王* · 60 多岁" }] })] },
  SHIFT: { ...EMPTY, kind: "shift", headline: "谁在值守？" },
};

const BEGUN: Record<string, string> = { vehicle: "REFUSE", courier: "COURIER" };

class MockCore implements Core {
  private screen: Screen = SCREENS["SHIFT"] as Screen;
  private guards: string[] = [];
  private seq = 0;
  private acknowledged = 0;
  private counts: Omit<Counts, "unsent"> = { admitted: 0, turned_back: 0, emergencies: 0,
    entered: 0, visitors: 0 };
  private recent: Recent[] = [];
  private listed = false;
  private thermometer: string | undefined;
  private sound: Output["sound"];
  private append: Appended[] = [];

  step({ input }: Omit<Request, "random_base64">): Output {
    this.sound = undefined;
    this.append = [];
    this.take(input);
    const { sound } = this;
    const { age, ...screen } = this.screen;
    return {
      screen: age && this.listed ? { ...screen, age } : screen,
      append: this.append,
      ...(sound ? { sound, vibrate: [80] } : {}),
      thermometer: { choices: THERMOMETERS,
        ...(this.thermometer ? { chosen: this.thermometer } : {}) },
      counts: { ...this.counts, unsent: this.seq - this.acknowledged },
      header: { place: "锦绣苑 · 东门", guards: this.guards, notices: [],
        ...(this.listed ? { snapshot: 1 } : {}) },
      recent: this.recent,
      forget_through: 0,
    };
  }

  save(): Uint8Array {
    const { guards, seq, acknowledged, counts, recent } = this;
    return new TextEncoder().encode(JSON.stringify({ guards, seq, acknowledged, counts, recent }));
  }

  load(state: Uint8Array): boolean {
    Object.assign(this, JSON.parse(new TextDecoder().decode(state)));
    if (this.guards.length > 0) this.screen = EMPTY;
    return true;
  }

  private take(input: Input): void {
    switch (input.input) {
      case "shift_start":
        this.guards = input.guards.map((guard) => guard.name);
        this.thermometer = input.thermometer ?? this.thermometer;
        return this.show("SCAN");
      case "snapshot":
        this.listed = true;
        return;
      case "thermometer":
        this.thermometer = input.way;
        return;
      case "shift_end":
        this.guards = [];
        return this.show("SHIFT");
      case "scan":
        return this.show(
          /#(ADMIT|ASK|REFUSE|REFER)/i.exec(input.text)?.[1]?.toUpperCase() ?? "ASK");
      case "card":
        return this.show("ADMIT");
      case "lookup":
        return this.show("CHOOSE");
      case "begin":
        return this.show(BEGUN[input.subject_kind] ?? "VISITOR");
      case "fact":
        return this.fact(input.fact, input.value);
      case "emergency":
        this.record("紧急放行");
        this.counts.emergencies += 1;
        return this.show("GO");
      case "fever":
        return this.show("FEVER");
      case "finish":
        this.record(this.screen.who?.name ?? "来人");
        this.counts[input.outcome === "crossed" ? "admitted" : "turned_back"] += 1;
        return this.show("SCAN");
      case "amend":
        this.record("更正");
        this.recent = this.recent.map((one) =>
          one.seq === input.seq ? { ...one, can_undo: false } : one);
        return this.show("SCAN");
      case "cancel":
        return this.show("SCAN");
      case "sent":
        this.acknowledged = input.acknowledged_through;
        if (input.answers.some((answer) => answer.graver)) {
          this.show("REFER");
          this.screen = { ...this.screen, flags: ["server_answer"] };
        }
        else if (this.screen.kind === "message") this.show("SCAN"); // as the core does
        return;
      default:
        return;
    }
  }

  private fact(fact: string, value: FactValue): void {
    if (fact === "temperature" && (value as number) >= 37.3) return this.show("FEVER");
    const steps = this.screen.steps.filter((step) => step.control.fact !== fact);
    if (steps.length === 0) return this.show("ADMIT");
    this.screen = { ...this.screen, steps };
  }

  private record(text: string): void {
    this.seq += 1;
    const bytes = btoa(`event ${this.seq}`);
    this.append.push({ seq: this.seq, event_base64: bytes, head_base64: btoa(`head ${this.seq}`) });
    this.recent = [{ seq: this.seq, time: "14:05", text, can_undo: true }, ...this.recent];
  }

  private show(name: string): void {
    this.screen = SCREENS[name] ?? EMPTY;
    const verdict: Verdict | undefined = this.screen.verdict;
    this.sound = name === "GO" ? "emergency" : verdict;
  }
}

/** In place of the WASM. */
export async function open_core(): Promise<Core> {
  return new MockCore();
}
