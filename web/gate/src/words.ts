// Words of the page itself (keys, labels, names of things); every sentence of a decision comes
// from the core. Both languages have the same keys and slots, held by a test.

import en from "./words/en.json";
import zh from "./words/zh.json";

export type Word = keyof typeof zh;
export type Lang = "zh" | "en";

const TABLES: Record<Lang, Record<Word, string>> = { zh, en };
let table: Record<Word, string> = zh;

/** Chooses the language of everything that follows. */
export function speak(lang: Lang): void {
  table = TABLES[lang];
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en-GB";
}

/** A word with its `{slots}` filled. */
export function t(word: Word, slots: Record<string, string | number> = {}): string {
  return table[word].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in slots ? String(slots[name]) : whole,
  );
}

/** An age in minutes as people say it: 26 分钟, 5 小时, 2 天. */
export function spoken_age(minutes: number): string {
  if (minutes < 1) return t("age_now");
  if (minutes < 90) return t("age_minutes", { count: Math.round(minutes) });
  if (minutes < 36 * 60) return t("age_hours", { count: Math.round(minutes / 60) });
  return t("age_days", { count: Math.round(minutes / 1440) });
}
