// What is wrong with a page as anybody sees it: axe-core's rules and sideways scrolling.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe_source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8");

/** Each fault of the page that is shown, in a line. */
export async function faults_of(page) {
  await page.evaluate(axe_source);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  }));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  return found.violations
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 140)).join(" | ")}`)
    .concat(wide > 0 ? [`scrolls sideways by ${wide}`] : []);
}
