//! Pages of long lists, by key: fifty rows, then a link that goes on after the last of them.

/// Rows on a page.
pub const ROWS: usize = 50;
/// What a statement asks for: one more shows that there is a next page.
pub const ROWS_AND_ONE: u32 = 51;

/// A page of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is shown.
    pub rows: Vec<T>,
    /// Key of the last row where more follow.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// From up to [`ROWS_AND_ONE`] rows in their order.
    pub fn of(mut rows: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        let more = rows.len() > ROWS;
        rows.truncate(ROWS);
        let next = rows.last().filter(|_| more).map(key);
        Page { rows, next }
    }

    /// The same page of something made of each row.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(make).collect(),
            next: self.next,
        }
    }
}

/// A query part for a link: `?` and pairs, empty ones left out. Nothing in it is personal.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    match query.finish() {
        pairs if pairs.is_empty() => pairs,
        pairs => format!("?{pairs}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_begins_after_the_last_row() {
        let whole = Page::of((0..50).collect(), ToString::to_string);
        assert_eq!((whole.rows.len(), whole.next), (50, None));
        let more = Page::of((0..51).collect(), ToString::to_string);
        assert_eq!((more.rows.len(), more.next.as_deref()), (50, Some("49")));
        let none = Page::of(Vec::<i32>::new(), ToString::to_string);
        assert_eq!((none.rows.len(), none.next), (0, None));
    }

    #[test]
    fn a_link_names_what_is_chosen() {
        assert_eq!(query(&[("gate", ""), ("way", "")]), "");
        assert_eq!(
            query(&[("a", "x y&"), ("b", ""), ("c", "东")]),
            "?a=x+y%26&c=%E4%B8%9C"
        );
    }
}
