// Comfort only. Every page is a plain form that works without this file.
import htmx from "htmx.org";

// What the server tells of as it happens becomes an event of the page's body, which parts of the
// page name in hx-trigger. The browser connects anew by itself.
for (const place of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(place.dataset.live);
  for (const topic of (place.dataset.topics ?? "").split(" ")) {
    source.addEventListener(topic, () => htmx.trigger(document.body, topic));
  }
}

// A form is sent once, however often its button is pressed; coming back to the page frees it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
  if (form.matches("[hx-post]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  // A form that only brings a file leaves the page standing.
  setTimeout(() => delete form.dataset.sent, 3000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What was typed into a long form is still there when someone leaves the page and goes back: it is
// kept with the page's place in this tab's history, nowhere else, and goes with the tab.
const kept_forms = [...document.querySelectorAll("form[data-keep]")];
const fields_of = (form) => [...form.elements].filter((field) =>
  field.name && !(field instanceof HTMLButtonElement) && field.type !== "file"
    && field.type !== "password");
for (const [at, form] of kept_forms.entries()) {
  const typed = history.state?.typed?.[at];
  for (const field of typed ? fields_of(form) : []) {
    const values = typed[field.name] ?? [];
    if (field.type === "radio" || field.type === "checkbox") {
      field.checked = values.includes(field.value);
    } else if (values.length > 0) field.value = values[0];
  }
  form.addEventListener("input", () => {
    const all = kept_forms.map((one) => {
      const said = {};
      for (const field of fields_of(one)) {
        const counts = (field.type !== "radio" && field.type !== "checkbox") || field.checked;
        if (counts) (said[field.name] ??= []).push(field.value);
      }
      return said;
    });
    history.replaceState({ ...history.state, typed: all }, "");
  });
}

// A list that is chosen from sends its filters by itself.
document.addEventListener("change", (event) => {
  const form = event.target instanceof HTMLSelectElement ? event.target.form : null;
  if (form?.matches("[data-send-on-change]")) form.requestSubmit();
});

// Print this page.
document.addEventListener("click", (event) => {
  const key = event.target instanceof Element ? event.target.closest("[data-print]") : null;
  if (key) window.print();
});
