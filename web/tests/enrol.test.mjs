// A phone becomes a device of a gate without anybody's account on it, goes on with the plug pulled,
// hands in what it recorded, and is taken out of service at the console.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  all_sent, browse, gate_day, give_pin, open_page, screen, unplug,
} from "./support.mjs";
import { codes_of } from "./paper.mjs";
import { open_town, sign_in } from "./town.mjs";

let town, browser, desk, phone;

before(async () => {
  [town, browser] = await Promise.all([open_town(), browse()]);
  desk = await open_page(browser, `${town.url}/login`, { viewport: { width: 1280, height: 900 } });
  await sign_in(town, desk, town.accounts.shift_lead);
});
after(async () => {
  await browser?.close();
  town?.close();
});

/** Opens the page of phones by the menu of the office. */
async function open_phones() {
  await desk.goto(town.url);
  await desk.locator("main a[href^='/areas/']").first().click();
  await desk.getByRole("link", { name: "门岗手机" }).click();
  await desk.getByRole("heading", { level: 1, name: "门岗手机" }).waitFor();
}

/** The text of a printed pass that is let through, as a hardware scanner types it. */
async function pass_of_sheet() {
  const cards = town.sheet.split('<section class="card">').slice(1);
  const admitted = cards.find((card) => card.includes('class="verdict admit"'));
  const paper = await desk.context().newPage();
  await paper.setContent(/<svg[\s\S]*?<\/svg>/.exec(admitted)[0]);
  const [{ text }] = await codes_of(await paper.screenshot());
  await paper.close();
  return text;
}

/** Runs in the page: a hardware scanner's burst of keys. */
function type_at_once(text) {
  for (const key of [...text, "Enter"]) {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  }
}

async function new_code() {
  await open_phones();
  await desk.getByRole("button", { name: "登记一台手机" }).first().click();
  await desk.getByText("六个数字").waitFor();
}

test("the console gives a code: a picture to scan, six digits to type", async () => {
  await new_code();
  const [{ text }] = await codes_of(await desk.locator(".qr").screenshot());
  assert.match(text, new RegExp(`^${town.url}/gate/#enrol=[a-z0-9]{20}\\.[\\w-]{43}$`));
  assert.match(await desk.locator(".digits").textContent(), /^\d{3} \d{3}$/);
});

test("wrong digits are said; the right ones make a device, without an account", async () => {
  const digits = (await desk.locator(".digits").textContent()).replace(" ", "");
  phone = await open_page(browser, `${town.url}/gate/`);
  const type = async (code) => {
    await phone.getByLabel("六个数字").fill(code);
    await phone.getByRole("button", { name: "登记这台手机" }).click();
  };
  await type(digits === "123456" ? "654321" : "123456");
  await phone.getByText("请办公室换一个新码").waitFor();
  await type(digits);
  await screen(phone, "shift");
  await phone.locator(".choices button").first().waitFor();
  await phone.locator(".age-fresh").waitFor();
  assert.equal((await phone.context().cookies()).some(({ name }) => name === "session"), false);
});

test("the code of the picture is for one phone only", async () => {
  await new_code();
  const [{ text }] = await codes_of(await desk.locator(".qr").screenshot());
  const first = await open_page(browser, text);
  await screen(first, "shift");
  assert.equal(new URL(first.url()).hash, "", "the code does not stay in the address");
  const second = await open_page(browser, text);
  await second.getByText("请办公室换一个新码").waitFor();
  for (const page of [first, second]) await page.context().close();
});

/** How many attempts all phones of the gate have recorded, as the server counts them. */
async function recorded() {
  const answer = phone.waitForResponse((one) => one.url().endsWith("/today") && one.ok());
  await phone.getByRole("button", { name: "更多" }).click();
  await phone.getByRole("button", { name: "今天的通行记录" }).click();
  const { outcomes } = await (await answer).json();
  await phone.getByRole("button", { name: "返回" }).click();
  return outcomes.reduce((sum, { count }) => sum + count, 0);
}

/** The next person, by a hardware scanner, measured and let through. */
async function let_through(pass) {
  await phone.evaluate(type_at_once, pass);
  await phone.getByRole("button", { name: "36.5" }).click();
  await screen(phone, "admit");
  await phone.getByRole("button", { name: "放行，下一位" }).click();
  await screen(phone, "scan");
}

/** The first guard of the list takes over. */
async function take_over() {
  await phone.locator(".choices button").first().click();
  await phone.getByLabel("口罩戴好了").check();
  await phone.getByLabel("袖标戴好了").check();
  await phone.getByRole("button", { name: "开始值守" }).click();
  await give_pin(phone);
  await screen(phone, "scan");
}

test("online, then alone: opened anew, fifty passes, a visitor, handed over; all arrives once",
  async () => {
    const pass = await pass_of_sheet();
    await take_over();
    await let_through(pass);
    await all_sent(phone);
    const [began, before] = [gate_day(), await recorded()];
    assert.ok(before > 0);
    await unplug(phone);
    await phone.reload();
    await phone.locator(".age-fresh").waitFor();
    for (let nth = 0; nth < 50; nth += 1) await let_through(pass);
    await phone.getByRole("button", { name: "访客" }).click();
    await phone.getByRole("button", { name: "不知道，先办" }).click();
    await phone.getByRole("button", { name: "记为已返回" }).click();
    await screen(phone, "scan");
    await phone.getByRole("button", { name: "更多" }).click();
    await phone.getByRole("button", { name: "交班" }).click();
    await screen(phone, "hand_over");
    const figures = await phone.locator(".tally").textContent();
    assert.match(figures, /进来5\d出去\d+已返回1/, "the shift in figures, without a network");
    await phone.getByLabel("有什么要交代的").fill("2 号楼电梯停了");
    await phone.getByRole("button", { name: "交班" }).click();
    await screen(phone, "shift");
    await take_over();
    const unsent = Number(/存了 (\d+) 条/.exec(await phone.locator(".net").textContent())?.[1]);
    assert.ok(unsent >= 53, `${unsent} records wait`);
    await phone.context().setOffline(false);
    await all_sent(phone);
    const after = await recorded();
    if (gate_day() === began) assert.equal(after, before + 51, "each attempt once");
    // What the console knows of the phone is what the phone says of itself.
    await phone.reload();
    await phone.waitForResponse((answer) => answer.url().endsWith("/report") && answer.ok());
    await open_phones();
    const card = desk.locator("details.device").first();
    await card.getByText("联系得上").waitFor();
    assert.match(await card.textContent(), /没传的记录0手里的名单第 \d+ 号/);
  });

/** A visitor for a special reason, written down, let in with the resident. */
async function visitor_comes_in() {
  const press = (name) => phone.getByRole("button", { name, exact: true }).click();
  for (const name of ["访客", "不知道，先办", "36.5", "有特殊情况", "登记来人"]) await press(name);
  await phone.getByLabel("姓").first().fill("欧阳");
  await phone.getByLabel("电话").fill("13900000000");
  for (const name of ["登记好了", "住户说明并同意", "住户带着进"]) await press(name);
  await screen(phone, "admit");
  await press("放行，下一位");
  await screen(phone, "scan");
}

/** The figures of the shift that is handed over now. */
async function figures() {
  await phone.getByRole("button", { name: "更多" }).click();
  await phone.getByRole("button", { name: "交班" }).click();
  await screen(phone, "hand_over");
  return phone.locator(".tally").textContent();
}

/** Opens a page of the office's area by the end of its address. */
async function open_in_area(rest) {
  await desk.goto(town.url);
  const area = await desk.locator("main a[href^='/areas/']").first().getAttribute("href");
  await desk.goto(town.url + /^\/areas\/[^/]+/.exec(area)[0] + rest);
}

/** How many visitors the office's list of crossings has let in. */
async function visitors_let_in() {
  await open_in_area("/crossings?kind=visitor&way=in&outcome=crossed");
  return desk.locator("main a[href*='/crossings/']").count();
}

/** Each handover on a phone that says a note: its line and the note. */
async function handovers_with_note() {
  const links = desk.getByRole("link", { name: "看交代的话" });
  await open_in_area("/handover");
  const found = [];
  for (const href of await links.evaluateAll((all) => all.map((one) => one.href))) {
    await desk.goto(href);
    const line = desk.locator("ul.rows li", { has: desk.locator("q") });
    found.push([await line.textContent(), await line.locator("q").textContent()]);
  }
  return found;
}

test("handed over alone with a visitor inside, opened anew: both arrive once and say so",
  async () => {
    const note = "访客欧阳还没出来";
    const began = gate_day();
    const before = { all: await recorded(), let_in: await visitors_let_in() };
    await unplug(phone);
    await visitor_comes_in();
    assert.match(await figures(), /进来1出去0已返回0紧急0访客还在里面1/);
    await phone.getByLabel("有什么要交代的").fill(note);
    await phone.getByRole("button", { name: "交班" }).click();
    await screen(phone, "shift");
    await phone.reload();
    await phone.getByText(`上一班交代：${note}`).waitFor();
    await take_over();
    const found = await figures();
    if (gate_day() === began) {
      assert.match(found, /进来0出去0.*访客还在里面1/, "who comes knows of the visitor");
    }
    await phone.getByRole("button", { name: "返回" }).click();
    assert.equal((await handovers_with_note()).filter(([, said]) => said === note).length, 0);
    await phone.context().setOffline(false);
    await all_sent(phone);
    const after = { all: await recorded(), let_in: await visitors_let_in() };
    if (gate_day() === began) {
      const once = { all: before.all + 1, let_in: before.let_in + 1 };
      assert.deepEqual(after, once, "the visitor is there exactly once");
    }
    const handed = (await handovers_with_note()).filter(([, said]) => said === note);
    assert.equal(handed.length, 1, "the handover is there exactly once");
    assert.match(handed[0][0], /进 1 人次，出 0 人次；其中访客进 1、出 0/);
    if (process.env.SHOTS) {
      await desk.screenshot({ path: `${process.env.SHOTS}/handed-over.png`, fullPage: true });
    }
  });

test("a phone out of service says so and gets no new list", async () => {
  await open_phones();
  const card = desk.locator("details.device").first();
  await card.getByText("丢了、坏了、不用了").click();
  await card.getByRole("button", { name: "停用这台手机" }).click();
  await desk.getByText("停用了").first().waitFor();
  await phone.reload();
  await phone.getByText("这台手机已停用").waitFor();
  assert.deepEqual(phone.troubles, []);
});
