//! Results as bytes.

use serde::{Serialize, de::DeserializeOwned};

/// What a function with an `idempotency_key` may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored under an idempotency key",
    label = "a later call with the same key is given the stored result",
    note = "write `#[derive(serde::Serialize, serde::Deserialize)]` above `{Self}`, or return a type of your own; what it holds must own its data"
)]
pub trait Storable: Sized {
    #[doc(hidden)]
    fn encode(&self) -> Result<Vec<u8>, String>;
    #[doc(hidden)]
    fn decode(bytes: &[u8]) -> Result<Self, String>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Storable for T {
    /// `MessagePack` with the names of fields: another version of the type reads what it knows, or fails. (JSON has no
    /// numbers that are none, nor keys but texts.)
    fn encode(&self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        // As a text would be: what serde buffers on its way, for tagged enums and the like, is read back as one.
        let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map().with_human_readable();
        self.serialize(&mut serializer).map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    fn decode(bytes: &[u8]) -> Result<Self, String> {
        let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes).with_human_readable();
        Self::deserialize(&mut deserializer).map_err(|error| fault(&error))
    }
}

/// What is wrong with a result, without what is in it: the library's own words quote values, which may be secrets.
fn fault(error: &rmp_serde::decode::Error) -> String {
    let words = error.to_string();
    if words.starts_with("missing field") { words } else { "it is of another type".to_owned() }
}

/// How results of a type become bytes and back. Bounds are checked where one is made, and nowhere else.
pub(super) struct Codec<T> {
    encode: fn(&T) -> Result<Vec<u8>, String>,
    decode: fn(&[u8]) -> Result<T, String>,
}

impl<T> Clone for Codec<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Codec<T> {}

impl<T: Storable> Codec<T> {
    pub(super) const NEW: Self = Self { encode: T::encode, decode: T::decode };
}

impl<T> Codec<T> {
    pub(super) fn encode(self, value: &T) -> Result<Vec<u8>, String> {
        (self.encode)(value)
    }

    pub(super) fn decode(self, bytes: &[u8]) -> Result<T, String> {
        (self.decode)(bytes)
    }
}
