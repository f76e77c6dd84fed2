//! Writing JSON, piece by piece or a whole value.

use super::{Decimal, Json};

/// Text under construction.
#[derive(Default)]
pub struct Writer {
    text: String,
}

impl Writer {
    /// What was written.
    pub fn finish(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    /// `{` or `[`.
    pub fn open(&mut self, bracket: char) {
        self.text.push(bracket);
    }

    /// `}` or `]`.
    pub fn close(&mut self, bracket: char) {
        self.text.push(bracket);
    }

    /// The name of a field, with a comma where something stands before in the same brackets.
    pub fn key(&mut self, name: &str) {
        if !self.text.ends_with(['{', '[', ':']) {
            self.text.push(',');
        }
        self.string(name);
        self.text.push(':');
    }

    /// A field with a string.
    pub fn text(&mut self, name: &str, value: &str) {
        self.key(name);
        self.string(value);
    }

    /// A field with a string, if there is one.
    pub fn maybe(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// A field with a number.
    pub fn count(&mut self, name: &str, value: u64) {
        self.key(name);
        self.number(value);
    }

    /// A field with a flag.
    pub fn flag(&mut self, name: &str, value: bool) {
        self.key(name);
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// A number.
    pub fn number(&mut self, value: u64) {
        self.text.push_str(&value.to_string());
    }

    /// A field with a list.
    pub fn list<T>(&mut self, name: &str, items: &[T], write: impl Fn(&mut Writer, &T)) {
        self.key(name);
        self.items(items, write);
    }

    fn items<T>(&mut self, items: &[T], write: impl Fn(&mut Writer, &T)) {
        self.open('[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            write(self, item);
        }
        self.close(']');
    }

    /// A value.
    pub fn value(&mut self, value: &Json) {
        match value {
            Json::Null | Json::Beyond => self.text.push_str("null"),
            Json::Flag(flag) => self.text.push_str(if *flag { "true" } else { "false" }),
            Json::Number(number) => self.text.push_str(&number.to_text()),
            Json::Text(text) => self.string(text),
            Json::List(items) => self.items(items, Writer::value),
            Json::Object(fields) => {
                self.open('{');
                for (name, value) in fields.iter() {
                    self.key(name);
                    self.value(value);
                }
                self.close('}');
            }
        }
    }

    /// A string.
    pub fn string(&mut self, text: &str) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        self.text.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => {
                    self.text.push('\\');
                    self.text.push(c);
                }
                '\0'..='\u{1f}' => {
                    let code = c as usize;
                    self.text.push_str("\\u00");
                    self.text.push(char::from(HEX[code >> 4]));
                    self.text.push(char::from(HEX[code & 15]));
                }
                c => self.text.push(c),
            }
        }
        self.text.push('"');
    }
}

impl Decimal {
    /// As it is written: `36.5`.
    pub fn to_text(self) -> String {
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs().to_string();
        let decimals = usize::from(self.decimals);
        if decimals == 0 {
            return [sign, &digits].concat();
        }
        // One digit at least stands before the point.
        let zeros = "0".repeat((decimals + 1).saturating_sub(digits.len()));
        let written = [zeros, digits].concat();
        let (whole, fraction) = written.split_at(written.len() - decimals);
        [sign, whole, ".", fraction].concat()
    }
}
