// Finds the pages of the office by following links, one of each shape, so that a page which is
// added is looked at without being named here.

/** Files and streams: not pages. */
const NO_PAGE = /\.(pdf|xlsx|json|toml|html)$|\/(live|workbook|logout|gate)$|^\/gate\//;

/** The address without what makes one row of a list differ from the next. */
export function shape(path) {
  const [place] = path.split("?");
  const version = /(\/policy\/versions)\/[^/]+\/\d+/;
  return place.replace(version, "$1/*/*")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}(-\d+(-[0-9a-f]{64})?)?|[0-9a-f]{32}/g, "*");
}

/** Calls `look(path, status)` once for each shape of page that links reach from `from`; shapes in
 * `seen` were looked at before, and those that are looked at are added to it. */
export async function follow(page, origin, from, seen, look) {
  const waiting = [...from];
  while (waiting.length > 0) {
    const path = waiting.shift();
    const answer = await page.goto(origin + path);
    if (!answer.headers()["content-type"]?.startsWith("text/html")) continue;
    await look(path, answer.status());
    const links = await page.locator("a[href^='/']").evaluateAll((all) =>
      all.map((link) => link.getAttribute("href").split("#")[0]));
    for (const link of links) {
      if (NO_PAGE.test(link.split("?")[0]) || seen.has(shape(link))) continue;
      seen.add(shape(link));
      waiting.push(link);
    }
  }
}
