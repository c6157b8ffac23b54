//! Everything that the entry of a function might name is something else here.
#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, non_snake_case, reason = "decoys")]

mod core {}
mod std {}
mod inventory {}
mod retry_runtime {}

struct Option;
struct Listed;
struct Duration;

const fn None() {}

#[::retry_runtime::retry(service = "decoys", attempt_timeout = "5s", wrap_error)]
async fn among_decoys() -> ::core::result::Result<(), ::retry_runtime::RetryError<::retry_tests::Failure>> {
    ::core::result::Result::Ok(())
}

#[::core::prelude::v1::test]
fn a_function_among_decoys_is_listed() {
    let found = super::function("among_decoys");
    ::core::assert_eq!(found.service, ::core::option::Option::Some("decoys"));
    ::core::assert_eq!(found.module, ::core::module_path!());
    let five = ::core::time::Duration::from_secs(5);
    ::core::assert_eq!(found.attempt_timeout, ::core::option::Option::Some(five));
}
