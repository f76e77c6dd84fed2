//! Reading JSON (RFC 8259). Stricter than it has to be in two places: a name that stands twice
//! in an object is refused, and so is nesting beyond any request.

use super::{Decimal, Json, KEYS_MOST, NEST_MOST, Object};

impl Json {
    /// Reads a whole text; `None` for anything that is not exactly one value.
    pub fn parse(bytes: &[u8]) -> Option<Json> {
        let mut reader = Reader {
            text: std::str::from_utf8(bytes).ok()?,
            at: 0,
        };
        let value = reader.value(NEST_MOST)?;
        reader.blanks();
        (reader.at == reader.text.len()).then_some(value)
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes this byte if it comes next.
    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        let rest = self.text.as_bytes().get(self.at..)?;
        rest.starts_with(word.as_bytes()).then_some(())?;
        self.at += word.len();
        Some(value)
    }

    fn value(&mut self, nest: usize) -> Option<Json> {
        self.blanks();
        match self.peek()? {
            b'n' => self.word("null", Json::Null),
            b't' => self.word("true", Json::Flag(true)),
            b'f' => self.word("false", Json::Flag(false)),
            b'"' => self.string().map(Json::Text),
            b'[' => self.list(nest.checked_sub(1)?),
            b'{' => self.object(nest.checked_sub(1)?),
            _ => self.number(),
        }
    }

    fn list(&mut self, nest: usize) -> Option<Json> {
        let mut list = Vec::new();
        self.at += 1;
        self.blanks();
        if self.take(b']') {
            return Some(Json::List(list));
        }
        loop {
            list.push(self.value(nest)?);
            self.blanks();
            if self.take(b']') {
                return Some(Json::List(list));
            }
            self.take(b',').then_some(())?;
        }
    }

    fn object(&mut self, nest: usize) -> Option<Json> {
        let mut object = Object::default();
        self.at += 1;
        self.blanks();
        if self.take(b'}') {
            return Some(Json::Object(object));
        }
        loop {
            self.blanks();
            let name = self.string()?;
            self.blanks();
            self.take(b':').then_some(())?;
            let value = self.value(nest)?;
            if object.len() == KEYS_MOST || object.get(&name).is_some() {
                return None;
            }
            object.0.push((name, value));
            self.blanks();
            if self.take(b'}') {
                return Some(Json::Object(object));
            }
            self.take(b',').then_some(())?;
        }
    }

    fn string(&mut self) -> Option<String> {
        self.take(b'"').then_some(())?;
        let mut text = String::new();
        loop {
            let from = self.at;
            while !matches!(self.peek()?, b'"' | b'\\' | 0..=0x1f) {
                self.at += 1;
            }
            // All three end a run of whole characters, so the cut is never inside of one.
            text.push_str(self.text.get(from..self.at)?);
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(text);
                }
                b'\\' => text.push(self.escape()?),
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let letter = *self.text.as_bytes().get(self.at + 1)?;
        self.at += 2;
        Some(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code_point(),
            _ => return None,
        })
    }

    fn code_point(&mut self) -> Option<char> {
        let first = self.hex4()?;
        if first >> 10 != 0xd800 >> 10 {
            // A lone second half is no character.
            return char::from_u32(first);
        }
        (self.take(b'\\') && self.take(b'u')).then_some(())?;
        let second = self.hex4()?;
        (second >> 10 == 0xdc00 >> 10).then_some(())?;
        char::from_u32(0x1_0000 + ((first & 0x3ff) << 10) + (second & 0x3ff))
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |number, digit| {
            Some(number << 4 | char::from(*digit).to_digit(16)?)
        })
    }

    fn number(&mut self) -> Option<Json> {
        let mut sum = Sum::default();
        let negative = self.take(b'-');
        if !self.take(b'0') {
            self.digits(&mut sum)?;
        }
        let mut decimals: i64 = 0;
        if self.take(b'.') {
            decimals = self.digits(&mut sum)?;
        }
        if self.take(b'e') || self.take(b'E') {
            let down = self.take(b'-');
            if !down {
                self.take(b'+');
            }
            let mut power = Sum::default();
            self.digits(&mut power)?;
            // A power that does not fit is far beyond what a number can hold.
            let power = power.0.unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
            decimals += if down { power } else { -power };
        }
        let value = sum.0.and_then(|digits| {
            let digits = if negative { -digits } else { digits };
            at_point(digits, decimals)
        });
        Some(value.map_or(Json::Beyond, Json::Number))
    }

    /// One digit or more, added to what stands before; how many.
    fn digits(&mut self, sum: &mut Sum) -> Option<i64> {
        let from = self.at;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            sum.add(digit - b'0');
            self.at += 1;
        }
        (self.at > from).then_some((self.at - from) as i64)
    }
}

/// Digits read so far; `None` once they are more than fit.
struct Sum(Option<i64>);

impl Default for Sum {
    fn default() -> Sum {
        Sum(Some(0))
    }
}

impl Sum {
    fn add(&mut self, digit: u8) {
        let longer = |sum: i64| sum.checked_mul(10)?.checked_add(i64::from(digit));
        self.0 = self.0.and_then(longer);
    }
}

/// Sets the point; `decimals` may be negative.
fn at_point(mut digits: i64, mut decimals: i64) -> Option<Decimal> {
    if digits == 0 {
        return Some(Decimal::new(0, 0));
    }
    while decimals < 0 {
        digits = digits.checked_mul(10)?;
        decimals += 1;
    }
    while decimals > 0 && digits % 10 == 0 {
        digits /= 10;
        decimals -= 1;
    }
    Some(Decimal::new(digits, u8::try_from(decimals).ok()?))
}
