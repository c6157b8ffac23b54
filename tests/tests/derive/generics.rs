//! Types with parameters.

use std::{fmt::Debug, marker::PhantomData};

use retry_runtime::{Classify, Verdict};

#[derive(Classify)]
#[throttled]
struct Busy;

struct Unjudged;

#[derive(Classify)]
enum Generic<'a, T, U: Debug + 'static, const N: usize = 2>
where
    T: Clone,
{
    #[classify(source)]
    Wrapped(T),
    #[classify(source)]
    Again(T, #[cfg(any())] u8),
    #[classify(source)]
    Boxed(Box<T>),
    #[classify(source)]
    Counted(Counted<N>),
    #[classify(with = |value| format!("{value:?}").len() < N)]
    Filtered(&'a U),
    #[permanent]
    Texts([&'a str; N]),
}

#[derive(Clone)]
struct Counted<const N: usize>;

impl Classify for Counted<2> {
    fn classify(&self) -> Verdict {
        Verdict::TRANSIENT
    }
}

impl Clone for Busy {
    fn clone(&self) -> Self {
        Self
    }
}

type Both = Generic<'static, Busy, u32>;

#[test]
fn what_is_asked_must_judge_itself() {
    assert_eq!(Both::Wrapped(Busy).classify(), Verdict::THROTTLED);
    assert_eq!(Both::Again(Busy).classify(), Verdict::THROTTLED);
    assert_eq!(Both::Boxed(Box::new(Busy)).classify(), Verdict::THROTTLED);
    assert_eq!(Both::Counted(Counted).classify(), Verdict::TRANSIENT);
    assert_eq!(Both::Filtered(&1).classify(), Verdict::TRANSIENT);
    assert_eq!(Both::Filtered(&10).classify(), Verdict::PERMANENT);
    assert_eq!(Both::Texts(["", ""]).classify(), Verdict::PERMANENT);
}

/// Nothing is asked of `T`.
#[derive(Classify)]
enum Carried<T> {
    #[transient]
    Value(T),
    #[classify(with = |_| false)]
    Judged(PhantomData<T>),
}

#[test]
fn what_is_not_asked_may_be_anything() {
    assert_eq!(Carried::Value(Unjudged).classify(), Verdict::TRANSIENT);
    assert_eq!(Carried::<Unjudged>::Judged(PhantomData).classify(), Verdict::PERMANENT);
}

#[derive(Classify)]
enum Chain<T> {
    #[classify(source)]
    Next(Box<Chain<T>>),
    #[classify(source)]
    Other(Box<Self>),
    #[classify(source)]
    Last(T),
}

#[test]
fn a_type_may_wrap_itself() {
    let chain = Chain::Next(Box::new(Chain::Other(Box::new(Chain::Last(Busy)))));
    assert_eq!(chain.classify(), Verdict::THROTTLED);
}

#[derive(Classify)]
#[classify(source)]
struct Unsized<T: ?Sized>(T);

#[test]
fn what_is_asked_may_have_no_size() {
    let judged: &Unsized<dyn Classify> = &Unsized(Busy);
    assert_eq!(judged.classify(), Verdict::THROTTLED);
}

/// A public type may hide what it wraps.
#[allow(unreachable_pub, reason = "public for those who could reach it")]
pub mod hiding {
    use retry_runtime::Classify;

    struct Hidden<T>(T);

    impl<T: Classify> Classify for Hidden<T> {
        fn classify(&self) -> retry_runtime::Verdict {
            self.0.classify()
        }
    }

    /// Wraps a private type.
    #[derive(Classify)]
    #[classify(source)]
    pub struct Public<T>(Hidden<T>);

    impl<T> Public<T> {
        /// Hides it.
        pub const fn new(value: T) -> Self {
            Self(Hidden(value))
        }
    }
}

#[test]
fn what_is_asked_may_be_private() {
    assert_eq!(hiding::Public::new(Busy).classify(), Verdict::THROTTLED);
}

mod client {
    #[derive(Debug, retry_runtime::Classify)]
    #[classify(source)]
    pub(super) struct Error<E>(pub(super) E);
}

/// Of the same name as what it wraps, which is another type.
#[derive(Debug, Classify)]
enum Error<E> {
    #[classify(source)]
    Client(client::Error<E>),
}

#[test]
fn a_wrapped_type_may_have_the_same_name() {
    #[derive(Debug, Classify)]
    #[throttled]
    struct Full;

    assert_eq!(Error::Client(client::Error(Full)).classify(), Verdict::THROTTLED);
}
