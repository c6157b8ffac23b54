//! `clone(..)`: arguments that each attempt gets a fresh clone of.

use std::{cell::Cell, rc::Rc};

use async_trait::async_trait;
use retry_runtime::retry;
use retry_tests::{Failure, Flaky};

fn consume(text: String) -> usize {
    text.len()
}

#[retry(initial_delay = "0s", clone(text))]
fn consumed(flaky: &Flaky, text: String) -> Result<usize, Failure> {
    let length = consume(text);
    flaky.call()?;
    Ok(length)
}

#[retry(initial_delay = "0s", clone(text))]
async fn consumed_async(flaky: &Flaky, text: String) -> Result<usize, Failure> {
    let length = consume(text);
    flaky.call_async().await?;
    Ok(length)
}

#[tokio::test]
async fn an_attempt_may_consume_its_clone() {
    assert_eq!(consumed(&Flaky::failing(2), "four".to_owned()), Ok(4));
    assert_eq!(consumed_async(&Flaky::failing(2), "four".to_owned()).await, Ok(4));
}

#[retry(initial_delay = "0s", clone(items))]
fn mutable(flaky: &Flaky, mut items: Vec<u32>) -> Result<Vec<u32>, Failure> {
    items.push(flaky.attempts());
    flaky.call()?;
    Ok(items)
}

#[retry(initial_delay = "0s", clone(items))]
async fn mutable_async(flaky: &Flaky, mut items: Vec<u32>) -> Result<Vec<u32>, Failure> {
    items.push(flaky.attempts());
    flaky.call_async().await?;
    Ok(items)
}

#[tokio::test]
async fn a_mutable_argument_starts_afresh() {
    assert_eq!(mutable(&Flaky::failing(2), vec![7]), Ok(vec![7, 2]));
    assert_eq!(mutable_async(&Flaky::failing(2), vec![7]).await, Ok(vec![7, 2]));
}

struct Pair {
    left: String,
    right: Vec<u32>,
}

#[retry(initial_delay = "0s", clone(left, right))]
fn patterns(
    flaky: &Flaky,
    Pair { left, mut right }: Pair,
    (number, _): (u32, u32),
) -> Result<(String, Vec<u32>), Failure> {
    right.push(number);
    flaky.call()?;
    Ok((left, right))
}

#[retry(initial_delay = "0s", clone(second))]
async fn patterns_async(flaky: &Flaky, (first, second): (String, String)) -> Result<String, Failure> {
    let joined = second + &first;
    flaky.call_async().await?;
    Ok(joined)
}

#[tokio::test]
async fn the_binding_of_a_pattern_is_cloned() {
    let pair = Pair { left: "left".to_owned(), right: vec![1] };
    assert_eq!(patterns(&Flaky::failing(2), pair, (2, 3)), Ok(("left".to_owned(), vec![1, 2])));
    let joined = patterns_async(&Flaky::failing(2), ("b".to_owned(), "a".to_owned())).await;
    assert_eq!(joined.as_deref(), Ok("ab"));
}

/// Counts how often it was cloned.
#[derive(Default)]
struct Counted(Rc<Cell<u32>>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.0.set(self.0.get() + 1);
        Self(Rc::clone(&self.0))
    }
}

#[retry(initial_delay = "0s", clone(named))]
fn one_of_two(flaky: &Flaky, named: Counted, other: Counted) -> Result<u32, Failure> {
    drop(named);
    let _ = &other;
    flaky.call()
}

#[test]
fn nothing_else_is_cloned() {
    let (named, other) = (Counted::default(), Counted::default());
    let (clones, none) = (Rc::clone(&named.0), Rc::clone(&other.0));
    assert_eq!(one_of_two(&Flaky::failing(2), named, other), Ok(3));
    assert_eq!((clones.get(), none.get()), (3, 0));
}

#[derive(Clone)]
struct Request {
    parts: Vec<&'static str>,
}

impl Request {
    fn into_text(self) -> String {
        self.parts.concat()
    }

    #[retry(initial_delay = "0s", clone(self))]
    fn send(self, flaky: &Flaky) -> Result<String, Failure> {
        let text = self.into_text();
        flaky.call()?;
        Ok(text)
    }

    #[retry(initial_delay = "0s", clone(self))]
    fn send_mutable(mut self, flaky: &Flaky) -> Result<String, Failure> {
        self.parts.push("!");
        flaky.call()?;
        Ok(self.into_text())
    }

    #[retry(initial_delay = "0s", clone(self))]
    async fn send_async(mut self, flaky: &Flaky) -> Result<String, Failure> {
        self.parts.push("!");
        flaky.call_async().await?;
        Ok(self.into_text())
    }

    #[retry(initial_delay = "0s", clone(self))]
    fn send_boxed(self: Box<Self>, flaky: &Flaky) -> Result<String, Failure> {
        let text = self.into_text();
        flaky.call()?;
        Ok(text)
    }

    #[retry(initial_delay = "0s", clone(self, suffix))]
    fn send_with(self, flaky: &Flaky, suffix: String) -> Result<String, Failure> {
        let add = |text: String| text + suffix.as_str();
        let text = add(self.into_text());
        drop(suffix);
        flaky.call()?;
        Ok(text)
    }

    #[retry(initial_delay = "0s", clone(self))]
    fn send_through_a_macro(mut self, flaky: &Flaky) -> Result<String, Failure> {
        self.parts.push("!");
        let text = format!("<{}>", self.parts.concat());
        let Self { parts } = self;
        flaky.call()?;
        Ok(format!("{text}{}", parts.len()))
    }
}

fn request() -> Request {
    Request { parts: vec!["a", "b"] }
}

#[tokio::test]
async fn self_can_be_cloned() {
    assert_eq!(request().send(&Flaky::failing(2)).as_deref(), Ok("ab"));
    assert_eq!(request().send_mutable(&Flaky::failing(2)).as_deref(), Ok("ab!"));
    assert_eq!(request().send_async(&Flaky::failing(2)).await.as_deref(), Ok("ab!"));
    assert_eq!(Box::new(request()).send_boxed(&Flaky::failing(2)).as_deref(), Ok("ab"));
    assert_eq!(request().send_with(&Flaky::failing(2), "c".to_owned()).as_deref(), Ok("abc"));
    assert_eq!(request().send_through_a_macro(&Flaky::failing(2)).as_deref(), Ok("<ab!>3"));
}

#[retry(initial_delay = "0s", clone(call))]
fn generic<F>(call: F) -> Result<u32, Failure>
where
    F: FnOnce() -> Result<u32, Failure> + Clone,
{
    call()
}

#[test]
fn what_can_be_called_once_is_called_by_each_attempt() {
    let flaky = Flaky::failing(2);
    assert_eq!(generic(|| flaky.call()), Ok(3));
}

#[async_trait]
trait Append {
    async fn append(&self, flaky: &Flaky, add: Vec<&'static str>) -> Result<String, Failure>;
}

#[async_trait]
impl Append for Request {
    #[retry(initial_delay = "0s", clone(add))]
    async fn append(&self, flaky: &Flaky, mut add: Vec<&'static str>) -> Result<String, Failure> {
        add.push("!");
        flaky.call_async().await?;
        Ok(self.parts.concat() + &add.concat())
    }
}

#[tokio::test]
async fn arguments_of_async_trait_methods_are_cloned() {
    assert_eq!(request().append(&Flaky::failing(2), vec!["c"]).await.as_deref(), Ok("abc!"));
}

#[async_trait]
trait Consume {
    async fn consume(self, flaky: &Flaky, add: Vec<&'static str>) -> Result<String, Failure>;
}

#[async_trait]
impl Consume for Request {
    #[retry(initial_delay = "0s", clone(self, add))]
    async fn consume(self, flaky: &Flaky, mut add: Vec<&'static str>) -> Result<String, Failure> {
        let text = self.into_text();
        add.push("!");
        flaky.call_async().await?;
        Ok(text + &add.concat())
    }
}

#[tokio::test]
async fn self_of_async_trait_methods_can_be_cloned() {
    assert_eq!(request().consume(&Flaky::failing(2), vec!["c"]).await.as_deref(), Ok("abc!"));
}

#[retry(initial_delay = "0s", clone(text), on_retry = |_| seen.push(text.clone()), fallback = |_| Ok(text))]
fn seen_by_hooks(flaky: &Flaky, text: String, seen: &mut Vec<String>) -> Result<String, Failure> {
    drop(text);
    flaky.call()?;
    Ok(String::new())
}

#[test]
fn hooks_see_the_argument_although_the_body_consumed_its_clone() {
    let mut seen = vec![];
    assert_eq!(seen_by_hooks(&Flaky::failing(9), "a".to_owned(), &mut seen).as_deref(), Ok("a"));
    assert_eq!(seen, ["a", "a"]);
}

macro_rules! sent_in_a_macro {
    ($this:ident, $flaky:ident, $body:block) => {
        #[retry(initial_delay = "0s", clone($this))]
        fn send_in_a_macro(mut $this, $flaky: &Flaky) -> Result<String, Failure> $body
    };
}

impl Request {
    sent_in_a_macro!(self, flaky, {
        self.parts.push("!");
        flaky.call()?;
        Ok(self.into_text())
    });
}

#[test]
fn self_that_a_macro_names_can_be_cloned() {
    assert_eq!(request().send_in_a_macro(&Flaky::failing(2)).as_deref(), Ok("ab!"));
}
