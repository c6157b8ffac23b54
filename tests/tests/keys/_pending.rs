//! Tests that do not compile yet, each because of a fault in the library. Each goes into the file that
//! is named above it once the fault is gone.

// key_operation.rs, key_service.rs, key_sleep.rs, key_filter.rs, key_policy.rs: a value that comes from a
// fragment of a macro.
macro_rules! annotated {
    ($name:ident, $policy:path, $operation:expr, $service:literal, $sleep:path, $filter:expr) => {
        #[retry(
            policy = $policy,
            operation = $operation,
            service = $service,
            sleep = $sleep,
            filter = $filter,
            on_retry = |event| *seen = (event.operation, event.service),
        )]
        fn $name(flaky: &Flaky, seen: &mut (&'static str, Option<&'static str>)) -> Result<u32, Failure> {
            flaky.call()
        }
    };
}

annotated!(from_a_macro, RetryPolicy::HTTP, "ship", "shipping", retry_tests::record, |error| error.0 < 2);

#[test]
fn values_may_come_from_a_macro() {
    let mut seen = ("", None);
    assert_eq!(from_a_macro(&Flaky::failing(9), &mut seen), Err(Failure(2)));
    assert_eq!(seen, ("ship", Some("shipping")));
    assert_eq!(recorded_waits().len(), 1);
}

// key_fallback.rs
struct NotSend(#[expect(dead_code, reason = "only its type matters")] *const u8);

#[retry(initial_delay = "0s", fallback = |_| async { Ok(0) })]
async fn unsendable(flaky: &Flaky) -> Result<u32, NotSend> {
    flaky.call_async().await.map_err(|_| NotSend(std::ptr::null()))
}

#[tokio::test]
async fn an_error_that_is_not_send_does_not_spoil_the_future() {
    fn sendable<F: Future + Send>(future: F) -> F {
        future
    }
    assert!(matches!(sendable(unsendable(&Flaky::failing(9))).await, Ok(0)));
}

// key_wrap_error.rs
#[retry(initial_delay = "0s", wrap_error)]
fn built_boxed(flaky: &Flaky) -> Pin<Box<dyn Future<Output = Result<u32, RetryError<Failure>>> + '_>> {
    let call = flaky.call();
    Box::pin(async move { Ok(call?) })
}

#[tokio::test]
async fn built_boxed_futures_wrap_too() {
    assert_eq!(built_boxed(&Flaky::failing(9)).await.map_err(|error| error.attempts()), Err(3));
}

// key_wrap_error.rs
#[async_trait]
trait Fetch {
    async fn fetch(&self) -> Result<u32, RetryError<Failure>>;
}

#[async_trait]
impl Fetch for Flaky {
    #[retry(initial_delay = "0s", wrap_error)]
    async fn fetch(&self) -> Result<u32, RetryError<Failure>> {
        Ok(self.call_async().await?)
    }
}

#[tokio::test]
async fn async_trait_methods_wrap_too() {
    assert_eq!(Flaky::failing(9).fetch().await.map_err(|error| error.attempts()), Err(3));
}

// key_before_retry.rs
#[async_trait]
trait Fetch {
    async fn fetch_dyn(&mut self, wanted: u32) -> Result<u32, Failure>;
}

#[async_trait]
impl Fetch for Client {
    #[retry(max_attempts = 9, initial_delay = "0s", before_retry = |_| self.connect())]
    async fn fetch_dyn(&mut self, wanted: u32) -> Result<u32, Failure> {
        if self.generation >= wanted { Ok(self.generation) } else { Err(Failure(self.generation)) }
    }
}

#[tokio::test]
async fn async_trait_methods_may_reconnect() {
    assert_eq!(Client { generation: 0 }.fetch_dyn(3).await, Ok(3));
}

// key_clone.rs
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

// key_clone.rs
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
