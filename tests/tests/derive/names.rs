//! Names like anything that is generated, raw identifiers, types made by macros, shadowed variants.

use std::time::Duration;

use retry_runtime::{Classify, Verdict};

#[derive(Classify)]
#[transient]
#[expect(non_camel_case_types, reason = "a pattern takes it for a value")]
struct error;

#[expect(non_upper_case_globals, reason = "a pattern takes it for a value")]
const hint: u8 = 3;

#[derive(Classify)]
#[expect(non_camel_case_types, reason = "raw identifiers")]
enum r#type {
    #[transient(retry_after = r#fn)]
    r#match { r#fn: Duration, hint: u8 },
    #[classify(source = error)]
    r#loop { error: error, hint: u8 },
    #[classify(with = |r#fn| *r#fn > 3, field = r#if)]
    Some { r#if: u8, error: u8 },
    #[permanent]
    None,
}

#[test]
fn raw_identifiers_are_names_like_any() {
    let wait = Duration::from_secs(1);
    assert_eq!(r#type::r#match { r#fn: wait, hint: 1 }.classify(), Verdict::TRANSIENT.with_server_hint(wait));
    assert_eq!(r#type::r#loop { error, hint: 1 }.classify(), Verdict::TRANSIENT);
    assert_eq!(r#type::Some { r#if: 4, error: 1 }.classify(), Verdict::TRANSIENT);
    assert_eq!(r#type::None.classify(), Verdict::PERMANENT);
}

mod made {
    pub(crate) struct Private;

    pub(crate) fn judge(_: &Private) -> bool {
        true
    }

    macro_rules! make {
        ($name:ident, $field:ident: $type:ty, $parameter:ident, $filter:expr, $mark:ident) => {
            #[derive(retry_runtime::Classify)]
            pub(crate) enum $name<$parameter> {
                #[classify(with = $filter)]
                Given { $field: $type },
                #[classify(with = $crate::names::made::judge)]
                Ours { private: $crate::names::made::Private },
                #[classify(source = judged)]
                Judged { judged: $parameter, $field: u8 },
                #[$mark(retry_after = hint)]
                Marked { hint: ::std::time::Duration },
                #[$mark(retry_after = $field)]
                Field { $field: ::std::time::Duration, other: u8 },
            }
        };
    }

    make!(Made, hint: u32, T, |value| *value > 3, throttled);
}

#[test]
fn a_macro_may_make_the_type() {
    use made::{Made, Private};
    let wait = Duration::from_secs(1);
    let throttled = Verdict::THROTTLED.with_server_hint(wait);
    assert_eq!(Made::<error>::Given { hint: 4 }.classify(), Verdict::TRANSIENT);
    assert_eq!(Made::<error>::Ours { private: Private }.classify(), Verdict::TRANSIENT);
    assert_eq!(Made::Judged { judged: error, hint: 1 }.classify(), Verdict::TRANSIENT);
    assert_eq!(Made::<error>::Marked { hint: wait }.classify(), throttled);
    assert_eq!(Made::<error>::Field { hint: wait, other: 1 }.classify(), throttled);
}
