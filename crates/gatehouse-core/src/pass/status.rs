//! Status lists: one bit for each pass, one list for each community and quarter.

use super::number::{INDEX_END, ListNumber, PassNumber};
use crate::sort::sort_by_key;
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};

/// What a list says of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassStatus {
    /// Not revoked.
    Good,
    /// 作废.
    Revoked,
    /// Issued after the list was made, so not in it yet.
    NewerThanList,
    /// No such list here: it cannot be said.
    UnknownList,
}

/// Which passes of one community and quarter are revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusList {
    number: ListNumber,
    issued: u32,
    bits: Vec<u8>,
}

impl StatusList {
    /// A list of the first `issued` passes, none of them revoked; `None` beyond the last index.
    pub fn new(number: ListNumber, issued: u32) -> Option<StatusList> {
        (issued <= INDEX_END).then(|| StatusList {
            number,
            issued,
            bits: vec![0; bytes_for(issued)],
        })
    }

    /// Which list.
    pub fn number(&self) -> ListNumber {
        self.number
    }

    /// How many passes had been issued when it was made.
    pub fn issued(&self) -> u32 {
        self.issued
    }

    /// Marks a pass as revoked; `false` where the list has no such pass.
    pub fn revoke(&mut self, index: u32) -> bool {
        let within = index < self.issued;
        if within {
            self.bits[index as usize / 8] |= 1 << (index % 8);
        }
        within
    }

    /// What it says of an index.
    pub fn status(&self, index: u32) -> PassStatus {
        if index >= self.issued {
            PassStatus::NewerThanList
        } else if self.bits[index as usize / 8] & 1 << (index % 8) == 0 {
            PassStatus::Good
        } else {
            PassStatus::Revoked
        }
    }
}

fn bytes_for(issued: u32) -> usize {
    issued.div_ceil(8) as usize
}

/// All lists that a gate holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusLists(Vec<StatusList>);

/// Most lists in one snapshot: a street's communities over two years of quarters.
const LISTS_MOST: usize = 1_024;

impl StatusLists {
    /// Sorts the lists; of two with one number the longer stays.
    pub fn new(mut lists: Vec<StatusList>) -> StatusLists {
        sort_by_key(&mut lists, |list| {
            (list.number, std::cmp::Reverse(list.issued))
        });
        lists.dedup_by_key(|list| list.number);
        StatusLists(lists)
    }

    /// The list of this number.
    pub fn list(&self, number: ListNumber) -> Option<&StatusList> {
        self.0
            .binary_search_by_key(&number, |list| list.number)
            .ok()
            .map(|at| &self.0[at])
    }

    /// What is known of a pass.
    pub fn status(&self, pass: PassNumber) -> PassStatus {
        self.list(pass.list())
            .map_or(PassStatus::UnknownList, |list| list.status(pass.index()))
    }
}

impl Cbor for StatusList {
    fn write(&self, to: &mut Writer) {
        to.array(3).item(&self.number).uint(self.issued.into());
        to.bytes(&self.bits);
    }
    fn read(from: &mut Reader<'_>) -> Read<StatusList> {
        from.array_of(3)?;
        let number = from.item()?;
        let issued: u32 = from.small()?;
        if issued > INDEX_END {
            return Err(CborError::Value);
        }
        let bits = from.bytes(bytes_for(INDEX_END))?;
        let spare = (8 - issued % 8) % 8;
        let unused = bits
            .last()
            .map_or(0, |last| u32::from(*last) >> (8 - spare));
        if bits.len() != bytes_for(issued) || unused != 0 {
            return Err(CborError::NotCanonical);
        }
        Ok(StatusList {
            number,
            issued,
            bits: bits.to_vec(),
        })
    }
}

impl Cbor for StatusLists {
    fn write(&self, to: &mut Writer) {
        to.list(&self.0);
    }
    fn read(from: &mut Reader<'_>) -> Read<StatusLists> {
        let lists: Vec<StatusList> = from.list(LISTS_MOST)?;
        let ascending = lists.is_sorted_by(|a, b| a.number < b.number);
        ascending
            .then_some(StatusLists(lists))
            .ok_or(CborError::NotCanonical)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const LIST: ListNumber = ListNumber::new(1, 27);

    #[test]
    fn bits_beyond_the_end_are_refused() {
        for (issued, bits) in [(3u32, &[0b1000][..]), (3, &[]), (3, &[0, 0]), (8, &[0, 0])] {
            let mut writer = Writer::default();
            writer.array(3).item(&LIST).uint(issued.into()).bytes(bits);
            assert_eq!(
                StatusList::from_cbor(&writer.finish()),
                Err(CborError::NotCanonical)
            );
        }
    }

    #[test]
    fn lists_are_found_by_number_and_the_longer_one_stays() {
        let list = |community, issued| {
            StatusList::new(ListNumber::new(community, 27), issued).expect("a list")
        };
        let lists = StatusLists::new(vec![list(9, 4), list(1, 4), list(9, 8)]);
        let status = |community, index| {
            let number = ListNumber::new(community, 27);
            lists.status(PassNumber::new(number, index).expect("in range"))
        };
        assert_eq!(status(9, 7), PassStatus::Good);
        assert_eq!(status(1, 7), PassStatus::NewerThanList);
        assert_eq!(status(2, 0), PassStatus::UnknownList);
        assert_eq!(StatusLists::from_cbor(&lists.to_cbor()), Ok(lists));
    }

    proptest! {
        #[test]
        fn just_the_revoked_are_revoked(
            issued in 0u32..300,
            revoked in prop::collection::btree_set(0u32..300, 0..40),
        ) {
            let mut list = StatusList::new(LIST, issued).expect("a list");
            for index in &revoked {
                prop_assert_eq!(list.revoke(*index), *index < issued);
            }
            let read = StatusList::from_cbor(&list.to_cbor()).expect("reads back");
            let found: BTreeSet<u32> = (0..issued)
                .filter(|index| read.status(*index) == PassStatus::Revoked)
                .collect();
            let wanted: BTreeSet<u32> =
                revoked.into_iter().filter(|index| *index < issued).collect();
            prop_assert_eq!(found, wanted);
            prop_assert_eq!(read.status(issued), PassStatus::NewerThanList);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            if let Ok(list) = StatusList::from_cbor(&bytes) {
                prop_assert_eq!(list.to_cbor(), bytes);
            }
        }
    }
}
