//! What is kept of a key: who runs, or what became of it.

use std::sync::Arc;

use rand::Rng as _;

use crate::rng::ThreadRng;

/// Tells one call from all others: it owns the key as long as the key's record has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::coordinate) struct Token(u128);

impl Token {
    /// 128 random bits: no two calls draw the same.
    pub(super) fn draw() -> Self {
        Self((u128::from(ThreadRng.next_u64()) << 64) | u128::from(ThreadRng.next_u64()))
    }
}

const RUNNING: u8 = b'R';
const DONE: u8 = b'D';
const NOT_KEPT: u8 = b'N';

/// A record as bytes, the same here and in Redis: a letter, and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::coordinate) struct Record(Arc<[u8]>);

/// The answer to a question for a key.
#[cfg(feature = "coordinate-redis")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::coordinate) enum Found {
    /// Nothing: it is the call's that asked.
    Nothing,
    /// Somebody's record.
    Record(Record),
}

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State<'a> {
    /// A call is running.
    Running,
    /// One succeeded, and this is what it returned.
    Done(&'a [u8]),
    /// One succeeded, and what it returned was not kept.
    NotKept,
}

impl Record {
    pub(in crate::coordinate) fn running(token: Token) -> Self {
        Self::of(RUNNING, &token.0.to_be_bytes())
    }

    pub(super) fn done(result: &[u8]) -> Self {
        Self::of(DONE, result)
    }

    pub(super) fn not_kept() -> Self {
        Self::of(NOT_KEPT, &[])
    }

    fn of(letter: u8, rest: &[u8]) -> Self {
        Self([&[letter], rest].concat().into())
    }

    #[cfg(feature = "coordinate-redis")]
    pub(in crate::coordinate) fn read(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    pub(in crate::coordinate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether a call is running, and it is known which.
    #[cfg(feature = "coordinate-redis")]
    pub(super) fn has_owner(&self) -> bool {
        matches!(self.state(), State::Running) && self.0.len() > 1
    }

    pub(super) fn state(&self) -> State<'_> {
        match self.0.split_first() {
            Some((&RUNNING, _)) => State::Running,
            Some((&NOT_KEPT, _)) => State::NotKept,
            Some((_, result)) => State::Done(result),
            // Of nobody's making: as one that cannot be read.
            None => State::Done(&[]),
        }
    }
}
