// The page's own words: both languages whole, and in the manner of docs/glossary.md.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const load = async (lang) =>
  JSON.parse(await readFile(new URL(`../gate/src/words/${lang}.json`, import.meta.url), "utf8"));
const [zh, en] = [await load("zh"), await load("en")];
const slots = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

test("both languages have the same keys and slots", () => {
  assert.deepEqual(Object.keys(en), Object.keys(zh));
  for (const key of Object.keys(zh)) {
    assert.deepEqual(slots(en[key]), slots(zh[key]), `slots of ${key}`);
    assert.notEqual(zh[key].trim(), "");
    assert.notEqual(en[key].trim(), "");
  }
});

test("no shouting, no forbidden word, full-width punctuation in Chinese", () => {
  const forbidden = /[!！]|严禁|一律|必须|请知悉|予以|拒不|后果自负|异常|劝返|卡口|通行码|确定|提交/;
  for (const [key, text] of Object.entries(zh)) {
    assert.doesNotMatch(text, forbidden, key);
    assert.doesNotMatch(text, /[\u4e00-\u9fff][,;:?]/, `half-width punctuation in ${key}`);
  }
  for (const [key, text] of Object.entries(en)) {
    assert.doesNotMatch(text, /!|suspect|violator|the elderly|illegal|n't|'re|'s /i, key);
  }
});

test("every word is used", async () => {
  const { readdir } = await import("node:fs/promises");
  const root = new URL("../gate/src/", import.meta.url);
  const names = await readdir(root, { recursive: true });
  const sources = names.filter((name) => name.endsWith(".ts"));
  const all = (await Promise.all(
    sources.map((name) => readFile(new URL(name, root), "utf8")))).join("\n");
  // Looked up by a computed key.
  const computed = new RegExp("^(admit|ask|refuse|refer|list_(fresh|stale|past)|" +
    "camera_(denied|missing)|emergency_(illness|birth|fire|danger))$");
  for (const key of Object.keys(zh)) {
    assert.ok(computed.test(key) || all.includes(`"${key}"`), `${key} is used nowhere`);
  }
});
