//! Where random numbers come from when the user hands in none: a small generator for each thread.
//! Calls draw from it one after the other, so two calls never share a draw.

use std::{
    cell::Cell,
    convert::Infallible,
    hash::{BuildHasher, RandomState},
};

use rand::{Rng, SeedableRng, TryRng, rngs::SmallRng};

/// This thread's generator. It is taken from its place for each draw alone: who draws nothing pays nothing.
pub(crate) struct ThreadRng;

impl TryRng for ThreadRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(with_thread_rng(Rng::next_u32))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(with_thread_rng(Rng::next_u64))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        with_thread_rng(|rng| rng.fill_bytes(bytes));
        Ok(())
    }
}

/// A thread that is being torn down finds no generator, and gets a fresh one.
fn with_thread_rng<T>(draw: impl FnOnce(&mut SmallRng) -> T) -> T {
    thread_local! {
        static GENERATOR: Cell<Option<SmallRng>> = const { Cell::new(None) };
    }
    let mut rng = GENERATOR.try_with(Cell::take).ok().flatten().unwrap_or_else(seeded);
    let result = draw(&mut rng);
    // An error means that the thread ends: nobody will draw again.
    let _ = GENERATOR.try_with(|generator| generator.set(Some(rng)));
    result
}

/// A generator seeded by the standard library's hasher keys, which come from the operating system and
/// differ from call to call: enough to keep clients apart, without another dependency.
fn seeded() -> SmallRng {
    let mut seed = [0; 32];
    for part in seed.chunks_exact_mut(8) {
        part.copy_from_slice(&RandomState::new().hash_one(part.len()).to_le_bytes());
    }
    SmallRng::from_seed(seed)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_calls_share_a_draw() {
        let draws: HashSet<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..4).map(|_| scope.spawn(|| [(); 100].map(|()| ThreadRng.next_u64()))).collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
        });
        assert_eq!(draws.len(), 400);
    }
}
