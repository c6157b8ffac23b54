//! Every shape of a function that is not async: annotated, it makes the right number of attempts.
#![deny(warnings, clippy::all)]

use std::{borrow::Cow, collections::HashMap, error::Error, io, sync::Arc};

use retry_runtime::retry;
use retry_tests::{Failure, Flaky};

#[retry(initial_delay = "0s")]
fn free(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "0s")]
fn question_mark_inside_a_macro(flaky: &Flaky) -> Result<Vec<u32>, Failure> {
    Ok(vec![flaky.call()?])
}

#[retry(initial_delay = "0s")]
fn early_return(flaky: &Flaky) -> Result<u32, Failure> {
    if let Ok(attempt) = flaky.call() {
        return Ok(attempt);
    }
    Err(Failure(0))
}

#[retry(initial_delay = "0s")]
fn labelled_loops_and_closures(flaky: &Flaky) -> Result<u32, Failure> {
    let call = || flaky.call();
    'outer: loop {
        for turn in 0..3 {
            if turn == 1 {
                break 'outer call();
            }
        }
    }
}

#[retry(initial_delay = "0s")]
fn generic<T, E, F>(mut make: F) -> Result<T, E>
where
    F: FnMut() -> Result<T, E>,
{
    make()
}

#[retry(initial_delay = "0s")]
fn impl_trait(flaky: &Flaky, suffix: impl AsRef<str>) -> Result<impl Iterator<Item = char>, Failure> {
    let attempt = flaky.call()?;
    Ok(format!("{attempt}{}", suffix.as_ref()).chars().collect::<Vec<_>>().into_iter())
}

#[retry(initial_delay = "0s")]
fn const_generic<const N: usize>(flaky: &Flaky, parts: [u8; N]) -> Result<[u8; N], Failure> {
    flaky.call()?;
    Ok(parts)
}

#[retry(initial_delay = "0s")]
fn borrows_from_arguments<'a>(flaky: &Flaky, names: &'a [String], key: &str) -> Result<&'a str, Failure> {
    flaky.call()?;
    names.iter().find(|name| name.starts_with(key)).map(String::as_str).ok_or(Failure(0))
}

#[retry(initial_delay = "0s")]
fn elided_borrow(map: &HashMap<u8, (Flaky, String)>) -> Result<Cow<'_, str>, Failure> {
    let (flaky, name) = &map[&1];
    flaky.call()?;
    Ok(name.into())
}

#[retry(initial_delay = "0s")]
fn patterns((flaky, add): (&Flaky, u32), _: u8, [a, ..]: [u32; 2], r#type: u32) -> Result<u32, Failure> {
    Ok(flaky.call()? + add + a + r#type)
}

#[retry(initial_delay = "0s")]
fn mutable_argument(flaky: &Flaky, mut seen: Vec<u32>) -> Result<Vec<u32>, Failure> {
    seen.push(flaky.attempts());
    flaky.call()?;
    Ok(std::mem::take(&mut seen))
}

#[retry(initial_delay = "0s")]
fn mutable_reference(flaky: &Flaky, seen: &mut Vec<u32>) -> Result<u32, Failure> {
    seen.push(flaky.attempts());
    flaky.call()
}

#[retry(initial_delay = "0s")]
fn io_result(flaky: &Flaky) -> io::Result<u32> {
    flaky.call().map_err(io::Error::other)
}

#[retry(initial_delay = "0s")]
fn anyhow_result(flaky: &Flaky) -> anyhow::Result<u32> {
    Ok(flaky.call()?)
}

#[retry(initial_delay = "0s")]
fn boxed_error(flaky: &Flaky) -> Result<u32, Box<dyn Error + Send + Sync>> {
    Ok(flaky.call()?)
}

type Alias = Result<u32, Failure>;
type Outcome<T> = Result<T, Failure>;

#[retry(initial_delay = "0s")]
fn alias(flaky: &Flaky) -> Alias {
    flaky.call()
}

#[retry(initial_delay = "0s")]
fn generic_alias(flaky: &Flaky) -> Outcome<u32> {
    flaky.call()
}

#[retry(initial_delay = "0s")]
fn dyn_argument(call: &mut dyn FnMut() -> Result<u32, Failure>) -> Result<u32, Failure> {
    call()
}

#[retry(initial_delay = "0s")]
#[allow(improper_ctypes_definitions, reason = "a `Result` is what is retried")]
extern "C" fn extern_c(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

/// # Safety
/// The pointer is valid.
#[retry(initial_delay = "0s")]
unsafe fn unsafe_function(flaky: *const Flaky) -> Result<u32, Failure> {
    // SAFETY: by this function's own contract.
    unsafe { (*flaky).call() }
}

#[retry(initial_delay = "0s")]
fn inner_attributes(flaky: &Flaky) -> Result<u32, Failure> {
    #![allow(unused_variables, reason = "that is the test")]
    let unused = 1;
    flaky.call()
}

trait Associated {
    type Output;
    fn get(&self) -> Self::Output;
}

impl Associated for Flaky {
    type Output = Result<u32, Failure>;

    #[retry(initial_delay = "0s")]
    fn get(&self) -> Self::Output {
        self.call()
    }
}

#[retry(initial_delay = "0s")]
#[inline]
#[must_use = "a Result"]
pub(crate) fn with_attributes(flaky: &Flaky, #[cfg(any())] absent: u8) -> Outcome<u32> {
    flaky.call()
}

#[cfg(any())]
#[retry(nonsense)]
fn compiled_out() {}

macro_rules! define {
    ($name:ident, $flaky:ident, $returns:ty, $attempts:expr, $body:block) => {
        #[retry(initial_delay = "0s", max_attempts = $attempts)]
        fn $name($flaky: &Flaky) -> $returns $body
    };
}

define!(from_a_macro, flaky, Result<u32, Failure>, 3, { flaky.call() });

macro_rules! assert_three {
    ($call:expr) => {{
        let flaky = Flaky::failing(2);
        #[allow(clippy::redundant_closure_call, reason = "so that paths and closures look alike")]
        let succeeded = $call(&flaky).is_ok();
        assert!(succeeded);
        assert_eq!(flaky.attempts(), 3);
    }};
}

#[test]
fn each_shape_makes_three_attempts() {
    assert_three!(free);
    assert_three!(question_mark_inside_a_macro);
    assert_three!(early_return);
    assert_three!(labelled_loops_and_closures);
    assert_three!(|flaky: &Flaky| generic(|| flaky.call()));
    assert_three!(|flaky| impl_trait(flaky, "!"));
    assert_three!(|flaky| const_generic(flaky, [1, 2]));
    assert_three!(|flaky| borrows_from_arguments(flaky, &["abc".to_owned()], "a").map(str::len));
    assert_three!(|flaky| patterns((flaky, 1), 0, [2, 3], 4));
    assert_three!(|flaky: &Flaky| dyn_argument(&mut || flaky.call()));
    assert_three!(io_result);
    assert_three!(anyhow_result);
    assert_three!(boxed_error);
    assert_three!(alias);
    assert_three!(generic_alias);
    assert_three!(extern_c);
    assert_three!(with_attributes);
    assert_three!(inner_attributes);
    assert_three!(Associated::get);
    // SAFETY: the pointer comes from a reference.
    assert_three!(|flaky: &Flaky| unsafe { unsafe_function(flaky) });
    assert_three!(from_a_macro);
    let map = HashMap::from([(1, (Flaky::failing(2), "name".to_owned()))]);
    assert_eq!(elided_borrow(&map).as_deref(), Ok("name"));
}

#[test]
fn what_an_attempt_changes_the_next_one_sees() {
    let flaky = Flaky::failing(2);
    assert_eq!(mutable_argument(&flaky, vec![]), Ok(vec![0, 1, 2]));
    let (flaky, mut seen) = (Flaky::failing(2), vec![]);
    assert_eq!(mutable_reference(&flaky, &mut seen), Ok(3));
    assert_eq!(seen, [0, 1, 2]);
}

struct Service {
    flaky: Flaky,
    calls: u32,
}

impl Service {
    #[retry(initial_delay = "0s")]
    fn new(flaky: &Flaky) -> Result<Self, Failure> {
        flaky.call()?;
        Ok(Self { flaky: Flaky::failing(2), calls: 0 })
    }

    #[retry(initial_delay = "0s")]
    fn by_reference(&self) -> Result<&Flaky, Failure> {
        self.flaky.call()?;
        Ok(&self.flaky)
    }

    #[retry(initial_delay = "0s")]
    fn by_mutable_reference(&mut self) -> Result<u32, Failure> {
        self.calls += 1;
        self.flaky.call()
    }

    #[retry(initial_delay = "0s")]
    fn by_value(self) -> Result<u32, Failure> {
        self.flaky.call()
    }

    #[retry(initial_delay = "0s")]
    fn by_arc(self: Arc<Self>) -> Result<u32, Failure> {
        self.flaky.call()
    }

    #[retry(initial_delay = "0s")]
    fn by_pin(mut self: std::pin::Pin<&mut Self>) -> Result<u32, Failure> {
        self.as_mut().calls += 1;
        self.flaky.call()
    }
}

fn service() -> Service {
    Service { flaky: Flaky::failing(2), calls: 0 }
}

#[test]
fn each_receiver_makes_three_attempts() {
    let flaky = Flaky::failing(2);
    assert!(Service::new(&flaky).is_ok());
    assert_eq!(flaky.attempts(), 3);
    assert_eq!(service().by_reference().map(Flaky::attempts), Ok(3));
    let mut own = service();
    assert_eq!((own.by_mutable_reference(), own.calls), (Ok(3), 3));
    assert_eq!(service().by_value(), Ok(3));
    assert_eq!(Arc::new(service()).by_arc(), Ok(3));
    let mut own = service();
    assert_eq!((std::pin::Pin::new(&mut own).by_pin(), own.calls), (Ok(3), 3));
}

trait Fetch<T> {
    type Error;

    #[retry(initial_delay = "0s")]
    fn by_default(&self, input: T) -> Result<(u32, T), Self::Error>
    where
        T: Copy,
    {
        Ok((self.fetch()?, input))
    }

    fn fetch(&self) -> Result<u32, Self::Error>;
}

struct Plain(Flaky);
struct Annotated(Flaky);

impl Fetch<u8> for Plain {
    type Error = Failure;

    fn fetch(&self) -> Result<u32, Failure> {
        self.0.call()
    }
}

impl<T> Fetch<T> for Annotated {
    type Error = Failure;

    #[retry(initial_delay = "0s")]
    fn fetch(&self) -> Result<u32, Self::Error> {
        self.0.call()
    }
}

#[test]
fn trait_methods_make_three_attempts() {
    assert_eq!(Plain(Flaky::failing(2)).by_default(7), Ok((3, 7)));
    assert_eq!(Fetch::<u8>::fetch(&Annotated(Flaky::failing(2))), Ok(3));
}

#[test]
fn the_last_error_comes_back_unchanged() {
    assert_eq!(free(&Flaky::failing(9)), Err(Failure(3)));
}

#[retry(initial_delay = "0s")]
fn moves_a_borrow(flaky: &Flaky, items: &mut std::vec::IntoIter<u32>) -> Result<u32, Failure> {
    for _ in items {}
    flaky.call()
}

#[test]
fn a_body_may_move_a_mutable_borrow() {
    assert_eq!(moves_a_borrow(&Flaky::failing(2), &mut vec![1].into_iter()), Ok(3));
}
