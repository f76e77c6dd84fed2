//! The code by which a visitor finds their own registration again: eight letters and digits, the
//! beginning of its random id. It is said once on their page, and opens no more than that page.

use crate::app::App;
use crate::error::OpError;
use crate::ops::area_of_gate::area_of_gate;
use crate::world::World;
use gatehouse_core::id::GateId;
use gatehouse_core::moment::Moment;
use gatehouse_core::text::fold_for_lookup;

/// No letter or digit that looks like another; five bits each.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// Bytes of the id that the code says: forty bits, which at twenty tries a minute nobody guesses.
const BYTES: usize = 5;
/// Characters of a code.
const CHARS: usize = 8;

/// An id for a new visit, as a form carries it: random from its first byte, since an id that began
/// with the time would let anybody work out the codes of a minute.
pub fn new_visit(world: &dyn World) -> String {
    data_encoding::HEXLOWER.encode(&world.bytes::<16>())
}

/// The code of a visit, in two groups.
pub fn code_of(visit: &[u8; 16]) -> String {
    let bits = visit[..BYTES]
        .iter()
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let chars = (0..CHARS).rev().map(|at| {
        let five = (bits >> (5 * at)) & 31;
        char::from(ALPHABET[usize::try_from(five).unwrap_or(0)])
    });
    let code: String = chars.collect();
    format!("{}-{}", &code[..CHARS / 2], &code[CHARS / 2..])
}

/// What a typed code says; `None` where it is none. Blanks, hyphens and case do not matter.
fn beginning_of(typed: &str) -> Option<[u8; BYTES]> {
    let folded = fold_for_lookup(typed);
    let chars: Vec<u8> = folded.bytes().filter(|c| *c != b'-').collect();
    if chars.len() != CHARS {
        return None;
    }
    let mut bits = 0_u64;
    for c in chars {
        let five = ALPHABET.iter().position(|known| *known == c)?;
        bits = bits << 5 | u64::try_from(five).ok()?;
    }
    let [_, _, _, beginning @ ..] = bits.to_be_bytes();
    Some(beginning)
}

/// The id of the visit that a code opens at a gate, from the day before it on; `None` where there
/// is none.
///
/// # Errors
/// Not found where there is no such gate.
pub async fn visit_by_code(
    app: &App,
    gate: GateId,
    typed: &str,
) -> Result<Option<[u8; 16]>, OpError> {
    let scope = area_of_gate(app, gate).await?;
    let Some(beginning) = beginning_of(typed) else {
        return Ok(None);
    };
    let shard = scope.shard;
    let read = app
        .store
        .read(move |tx| tx.visit_beginning_with(shard, &beginning));
    let yesterday = Moment::new(app.world.now_millis(), scope.offset_minutes)
        .day()
        .0
        - 1;
    let found = read.await?;
    let found = found.filter(|row| row.gate == gate && row.day.0 >= yesterday);
    Ok(found.map(|row| row.visit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_says_the_beginning_of_the_id(id in any::<[u8; 16]>(), typed in any::<String>()) {
            let code = code_of(&id);
            let spaced = format!(" {} ", code.replace('-', " "));
            for typed in [code.clone(), code.to_uppercase(), spaced] {
                let beginning = beginning_of(&typed).expect("a code");
                prop_assert_eq!(&beginning, &id[..BYTES]);
            }
            let _ = beginning_of(&typed);
        }
    }
}
