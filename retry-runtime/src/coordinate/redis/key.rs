//! The names of keys in Redis.

use std::fmt::Write as _;

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
        let Self(namespace) = self;
        format!("{namespace}:{{{}}}:{kind}", hash(parts))
    }

    /// One of several of a kind, all in the same slot of a Redis Cluster: `retry:{5f4c…}:idempotency:91b0…`.
    #[cfg(feature = "idempotency")]
    pub(super) fn key_of(&self, kind: &str, parts: &[&[u8]], which: &[&[u8]]) -> String {
        format!("{}:{}", self.key(kind, parts), hash(which))
    }
}

/// 128 bits: nobody finds two names that have them in common.
fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let mut text = String::with_capacity(32);
    for byte in &hash.finalize()[..16] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A key that is in the same slot of a Redis Cluster as `key`.
pub(super) fn beside(key: &str, kind: &str) -> String {
    let tag = key.rfind("}:").map_or(key, |end| &key[..end + 2]);
    format!("{tag}{kind}")
}

/// One of 64 parts of a Cluster, each of slots that lie next to each other and so are on one node or two: that of a key.
///
/// <https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/>: the slot is a CRC16 (XMODEM) of what is
/// within braces, modulo 16,384.
pub(super) fn part(key: &str) -> u8 {
    let tag = key.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map_or(key, |(tag, _)| tag);
    let shifted = |crc: u16| if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
    let crc =
        tag.bytes().fold(0, |crc, byte| (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| shifted(crc)));
    ((crc >> 8) & 0x3f).to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_names_have_a_key_in_common() {
        let names = Namespace::new("retry");
        assert_ne!(names.key("slots", &[b"a", b"bc"]), names.key("slots", &[b"ab", b"c"]));
        assert_ne!(names.key("slots", &[b"a", b""]), names.key("slots", &[b"a"]));
    }

    #[test]
    fn keys_beside_each_other_have_their_tag_in_common() {
        for namespace in ["retry", "odd}:one{"] {
            let key = Namespace::new(namespace).key("slots", &[b"billing", b"charge"]);
            let (tag, _) = key.rsplit_once("}:").expect("a tag");
            assert_eq!(beside(&key, "probe"), format!("{tag}}}:probe"));
            assert!(beside(&key, "probe").starts_with(namespace));
        }
    }

    #[test]
    fn parts_are_those_of_a_cluster() {
        // `CLUSTER KEYSLOT foo`, and of `bar`.
        assert_eq!(part("foo"), 12_182_u16.to_be_bytes()[0]);
        assert_eq!(part("a{bar}b"), 5_061_u16.to_be_bytes()[0]);
    }
}
