//! Chance from a seed: SplitMix64 (Steele, Lea, Flood 2014), eight lines that give the same
//! numbers on every machine. For the demo town only, never for keys.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub struct Chance {
    state: u64,
}

impl Chance {
    /// The stream of a seed for one purpose: each part of the town draws from its own, so that
    /// one more crossing does not give everyone another name.
    pub fn new(seed: u64, purpose: &str) -> Chance {
        let mut chance = Chance { state: seed };
        for byte in purpose.bytes() {
            chance.state ^= u64::from(byte).wrapping_mul(0x0100_0000_01B3);
            chance.draw();
        }
        chance
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end` (0 where `end` is 0). The bias of a multiply-shift over 64 bits is
    /// far below what a town shows.
    pub fn below(&mut self, end: u32) -> u32 {
        ((u128::from(self.draw()) * u128::from(end)) >> 64) as u32
    }

    /// A number from `least` to `most`, both included.
    pub fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// True in `permille` of a thousand draws.
    pub fn happens(&mut self, permille: u32) -> bool {
        self.below(1000) < permille
    }

    /// One of a list that is not empty.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u32) as usize]
    }

    /// Sixteen bytes.
    pub fn bytes(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.draw().to_be_bytes());
        bytes[8..].copy_from_slice(&self.draw().to_be_bytes());
        bytes
    }
}

/// Ids in the form of UUIDv7, each later than the one before: a database keeps them in order.
#[derive(Clone, Debug)]
pub struct Ids {
    chance: Chance,
    millis: u64,
}

impl Ids {
    /// Ids that begin at an instant.
    pub fn new(seed: u64, millis: i64) -> Ids {
        let millis = u64::try_from(millis).unwrap_or(0);
        Ids {
            chance: Chance::new(seed, "ids"),
            millis,
        }
    }

    /// The next id.
    pub fn make(&mut self) -> [u8; 16] {
        let mut bytes = self.chance.bytes();
        self.millis += 1;
        bytes[..6].copy_from_slice(&self.millis.to_be_bytes()[2..]);
        bytes[6] = 0x70 | (bytes[6] & 0x0F);
        bytes[8] = 0x80 | (bytes[8] & 0x3F);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        // First outputs of SplitMix64 for seed 1234567, as given with the reference code.
        let mut chance = Chance { state: 1_234_567 };
        let drawn: Vec<u64> = (0..3).map(|_| chance.draw()).collect();
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(drawn, expected);
    }

    #[test]
    fn numbers_stay_in_range_and_reach_its_ends() {
        let mut chance = Chance::new(1, "range");
        let drawn: Vec<u32> = (0..2000).map(|_| chance.between(3, 7)).collect();
        assert_eq!(
            (drawn.iter().min(), drawn.iter().max()),
            (Some(&3), Some(&7))
        );
        assert_eq!(chance.below(0), 0);
    }

    #[test]
    fn ids_rise() {
        let mut ids = Ids::new(1, 1_582_066_800_000);
        let drawn: Vec<_> = (0..100).map(|_| ids.make()).collect();
        assert!(drawn.is_sorted());
    }
}
