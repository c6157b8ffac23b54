//! Functions that run to success once for each key.

mod claim;
mod claiming;
mod codec;
mod conflict;
mod local;
mod record;

pub(super) use self::local::Local;
pub use self::{
    claim::Claim,
    claiming::{Asked, Claiming, key_text},
    codec::Storable,
    conflict::{ConflictReason, IdempotencyConflict},
};
#[cfg(feature = "coordinate-redis")]
pub(super) use self::{
    local::Key,
    record::{Found, Record, Token},
};
