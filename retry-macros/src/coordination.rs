//! The key `coordinated`: whether the retries of a function take slots.

use quote::ToTokens;

use crate::{
    args::Args,
    errors::Errors,
    keys::Key,
    policy::{Change, Value},
};

/// What the attribute says of it. No figure depends on it, so that a policy of any form can have it, a computed one too.
pub(crate) fn read(args: &Args, errors: &mut Errors) -> Option<Change> {
    let coordinated = args.switch(Key::Coordinated, errors)?;
    let key = args.get(Key::Coordinated)?.name.span();
    let value = Value::Known(coordinated.to_token_stream());
    Some(Change { method: Key::Coordinated.entry().name, key, value })
}
