//! The names of keys in Redis.

use sha2::{Digest, Sha256};

/// What a program puts before all its keys.
#[derive(Clone, Debug)]
pub(super) struct Namespace(String);

impl Namespace {
    pub(super) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// `retry:{5f4c…}:slots`. The parts are hashed with their lengths, so that no name can be taken for another, whatever
    /// letters it has; keys with the same parts are in one slot of a Redis Cluster.
    pub(super) fn key(&self, kind: &str, parts: &[&[u8]]) -> String {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let mut key = format!("{}:{{", self.0);
        // 128 bits: nobody finds two names that have them in common.
        for byte in &hash.finalize()[..16] {
            key.push_str(&format!("{byte:02x}"));
        }
        key.push_str("}:");
        key.push_str(kind);
        key
    }
}
