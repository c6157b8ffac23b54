//! Everything that generated code might name is shadowed by something else.
#![allow(non_camel_case_types, non_snake_case, reason = "decoys")]

mod core {}
mod std {}
mod retry_runtime {}

struct Option;
struct Result;
struct Duration;
struct Verdict;
struct Source;
struct RetryAfter;
struct IntoVerdict;
struct u64;
struct bool;

const fn Ok() {}
const fn Some() {}
const fn None() {}
const fn hint() {}
const fn error() {}

trait Classify {
    fn classify(&self) -> u64;
    fn verdict(&self) -> u64;
    fn hinted(&self) -> u64;
}

impl<T: ?Sized> Classify for T {
    fn classify(&self) -> u64 {
        u64
    }
    fn verdict(&self) -> u64 {
        u64
    }
    fn hinted(&self) -> u64 {
        u64
    }
}

#[derive(::retry_runtime::Classify)]
enum Shadowed {
    #[transient]
    Ok,
    #[throttled(retry_after = 0)]
    Some(::core::option::Option<::core::time::Duration>),
    #[classify(with = |error| *error > 3)]
    Err(u8),
    #[classify(source)]
    None(::std::boxed::Box<Self>),
}

#[test]
fn decoys_change_nothing() {
    let judge = |error: &Shadowed| ::retry_runtime::Classify::classify(error);
    assert_eq!(judge(&Shadowed::Ok), ::retry_runtime::Verdict::TRANSIENT);
    assert_eq!(judge(&Shadowed::Some(::core::option::Option::None)), ::retry_runtime::Verdict::THROTTLED);
    assert_eq!(judge(&Shadowed::Err(3)), ::retry_runtime::Verdict::PERMANENT);
    assert_eq!(
        judge(&Shadowed::None(::std::boxed::Box::new(Shadowed::Ok))),
        ::retry_runtime::Verdict::TRANSIENT
    );
}
