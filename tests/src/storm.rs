//! What a storm of keyed calls is made of: both those who make it and those who judge it know.

/// How many keys there are, processes, processes that try each key, and calls at a time in each.
pub const KEYS: u64 = 2_500;
/// How many processes.
pub const WORKERS: u64 = 8;
/// How many of them try each key.
pub const TRIES: u64 = 4;
/// How many calls each makes at a time.
pub const ABREAST: u64 = 16;

/// The keys that a worker tries, in its order: about the same time as others try them.
#[must_use]
pub fn keys_of(worker: u64, seed: u64) -> Vec<u64> {
    let is_mine =
        |key: &u64| (0..TRIES).any(|turn| (key + turn * (WORKERS / TRIES) + key / 7) % WORKERS == worker);
    let mut keys: Vec<u64> = (0..KEYS).filter(is_mine).collect();
    let mut chance = Chance::of(seed ^ worker);
    for near in keys.chunks_mut(32) {
        for last in (1..near.len()).rev() {
            let other = usize::try_from(chance.below(last as u64 + 1)).expect("an index");
            near.swap(last, other);
        }
    }
    keys
}

/// Numbers by chance that a seed repeats (SplitMix64).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Those of this seed.
    #[must_use]
    pub const fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.draw() % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_tried_by_as_many_as_it_says() {
        let mut tries = [0; KEYS as usize];
        for key in (0..WORKERS).flat_map(|worker| keys_of(worker, 7)) {
            tries[usize::try_from(key).expect("an index")] += 1;
        }
        assert!(tries.iter().all(|&tries| tries == TRIES), "{tries:?}");
    }
}
