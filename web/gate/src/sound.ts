// Sounds and vibration. The four verdicts differ in rhythm and direction, not only in pitch, so
// that they are told apart over a motor's noise and by a guard who hears high tones badly.

import type { Output } from "./messages";

/** One tone: frequency in hertz, start and length in seconds, form of the wave. */
type Tone = [number, number, number, OscillatorType];

const SOUNDS: Record<NonNullable<Output["sound"]>, Tone[]> = {
  // Two notes upward.
  admit: [[660, 0, 0.1, "sine"], [990, 0.11, 0.2, "sine"]],
  // Two equal short notes: a question.
  ask: [[740, 0, 0.12, "triangle"], [740, 0.22, 0.12, "triangle"]],
  // One long low buzz.
  refuse: [[196, 0, 0.6, "sawtooth"]],
  // Low, high, low: somebody is called.
  refer: [[392, 0, 0.14, "square"], [588, 0.16, 0.14, "square"], [392, 0.32, 0.22, "square"]],
  // Three rising notes.
  emergency: [[523, 0, 0.1, "sine"], [784, 0.1, 0.1, "sine"], [1047, 0.2, 0.3, "sine"]],
  message: [[520, 0, 0.08, "sine"]],
};

let context: AudioContext | undefined;

/** Lets sounds play; browsers want this inside a tap. */
export function unlock_sound(): void {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume();
  } catch {
    // No sound on this phone: shape, word and vibration remain.
  }
}

/** Plays the sound of this name. */
export function play(name: NonNullable<Output["sound"]>): void {
  if (!context || context.state !== "running") return;
  for (const [hertz, start, length, type] of SOUNDS[name]) {
    const from = context.currentTime + start;
    const oscillator = new OscillatorNode(context, { type, frequency: hertz });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(type === "sine" ? 0.6 : 0.3, from + 0.012);
    gain.gain.setValueAtTime(type === "sine" ? 0.6 : 0.3, from + length - 0.03);
    gain.gain.linearRampToValueAtTime(0, from + length);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(from);
    oscillator.stop(from + length);
  }
}

/** Vibrates where the phone can. */
export function vibrate(pattern: number[]): void {
  if (pattern.length > 0) navigator.vibrate?.(pattern);
}
