//! What a gate decides by while an order about a zone holds and no document does: an order closes a
//! place whatever notice is in force (GATE-10). Only for as long as the order: without either,
//! people cross as usual and nothing personal is recorded (design §2).

use gatehouse_core::gate::Policy;
use gatehouse_core::policy::compile_orders_alone;
use gatehouse_core::wire::Span;

/// The policies of documents, and between them, while one of these zones holds, the rows of orders.
pub fn with_zone_rules(mut policies: Vec<(Span, Policy)>, zones: &[Span]) -> Vec<(Span, Policy)> {
    let taken: Vec<Span> = policies.iter().map(|(span, _)| *span).collect();
    let gaps = gaps(zones, &taken);
    if gaps.is_empty() {
        return policies;
    }
    match compile_orders_alone() {
        Ok(rows) => policies.extend(gaps.into_iter().map(|span| (span, rows.clone()))),
        Err(error) => tracing::error!(%error, "the rows of orders do not go together"),
    }
    policies.sort_by_key(|(span, _)| span.from_at);
    policies
}

/// The stretches that lie in a zone and in none of the others, ascending, none in two.
fn gaps(zones: &[Span], taken: &[Span]) -> Vec<Span> {
    let end = |span: &Span| span.until_at.unwrap_or(i64::MAX);
    let mut cuts: Vec<i64> = (zones.iter().chain(taken))
        .flat_map(|span| [span.from_at, end(span)])
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let within = |spans: &[Span], at: i64| spans.iter().any(|span| span.contains(at));
    let mut gaps: Vec<Span> = Vec::new();
    for pair in cuts.windows(2) {
        if !within(zones, pair[0]) || within(taken, pair[0]) {
            continue;
        }
        let until_at = (pair[1] != i64::MAX).then_some(pair[1]);
        match gaps
            .last_mut()
            .filter(|last| last.until_at == Some(pair[0]))
        {
            Some(last) => last.until_at = until_at,
            None => gaps.push(Span {
                from_at: pair[0],
                until_at,
            }),
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_orders_stand_where_a_zone_holds_and_no_document() {
        let span = |from_at, until_at| Span { from_at, until_at };
        let table = [
            (vec![], vec![span(0, None)], vec![]),
            (vec![span(5, Some(9))], vec![], vec![span(5, Some(9))]),
            (vec![span(5, Some(9))], vec![span(0, None)], vec![]),
            (
                vec![span(0, Some(10)), span(8, Some(20))],
                vec![span(4, Some(6)), span(15, None)],
                vec![span(0, Some(4)), span(6, Some(15))],
            ),
            (
                vec![span(0, None)],
                vec![span(4, Some(6))],
                vec![span(0, Some(4)), span(6, None)],
            ),
        ];
        for (zones, taken, expected) in table {
            assert_eq!(gaps(&zones, &taken), expected, "{zones:?} {taken:?}");
        }
        let document = compile_orders_alone().expect("compiles");
        let all = with_zone_rules(vec![(span(4, Some(6)), document)], &[span(0, Some(10))]);
        let begins: Vec<i64> = all.iter().map(|(span, _)| span.from_at).collect();
        assert_eq!(begins, [0, 4, 6]);
    }
}
