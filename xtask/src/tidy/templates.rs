//! Templates decide nothing: they show what the handler worked out. They may ask whether a value
//! is there or equal to another, never compare, combine or calculate.

use crate::repository::Repository;

const TEMPLATES: &str = "crates/gatehouse-server/templates/";
const DECIDING: &[&str] = &[
    "&&", "||", " and ", " or ", "<", ">", " + ", " - ", " * ", " / ", " % ",
];

pub fn breaches(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in repository.files(TEMPLATES, ".html") {
        for (line, expression) in expressions(text) {
            let bare = without_text(expression);
            if let Some(sign) = DECIDING.iter().find(|sign| bare.contains(**sign)) {
                found.push(format!("{path}:{line}: `{}` in a template", sign.trim()));
            }
        }
    }
    found
}

/// The insides of `{% … %}` and `{{ … }}` with their lines.
fn expressions(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (open, close) in [("{%", "%}"), ("{{", "}}")] {
        let mut from = 0;
        while let Some(start) = text[from..].find(open).map(|at| from + at + open.len()) {
            let end = text[start..]
                .find(close)
                .map_or(text.len(), |at| start + at);
            let line = text[..start].lines().count();
            found.push((line, text[start..end].trim_matches(['-', '~', '+', ' '])));
            from = end;
        }
    }
    found
}

/// The expression with the insides of quoted text taken out.
fn without_text(expression: &str) -> String {
    expression
        .split('"')
        .step_by(2)
        .collect::<Vec<_>>()
        .join("\"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_that_decides_is_found() {
        let table = [
            ("<p>{{ name }} > 3 && {{ t(\"a < b\") }}</p>", 0),
            (
                "{%- if refused -%}{% endif %}{% match x %}{% when Some with (y) %}",
                0,
            ),
            ("{% if lang == \"zh\" %}{% endif %}", 0),
            ("{% if temperature > 373 %}{% endif %}", 1),
            ("{% if resident && pass_ok %}{% endif %}", 1),
            ("\n{{ a + 1 }}", 1),
        ];
        for (text, count) in table {
            let path = format!("{TEMPLATES}a.html");
            let found = breaches(&Repository::of(&[(&path, text)]));
            assert_eq!(found.len(), count, "{text}: {found:?}");
        }
    }
}
