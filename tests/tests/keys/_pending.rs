//! Tests that do not compile yet, each because of a fault in the library.

// key_operation.rs
macro_rules! called {
    ($name:ident, $operation:expr) => {
        #[retry(initial_delay = "0s", operation = $operation, on_success = |event| *seen = event.operation)]
        fn $name(seen: &mut &'static str) -> Result<(), Failure> {
            Ok(())
        }
    };
}

called!(from_a_macro, "ship");

#[test]
fn it_may_come_from_a_macro() {
    let mut seen = "";
    assert_eq!(from_a_macro(&mut seen), Ok(()));
    assert_eq!(seen, "ship");
}

// key_service.rs
macro_rules! of_service {
    ($name:ident, $service:literal) => {
        #[retry(initial_delay = "0s", service = $service, on_success = |event| *seen = event.service)]
        fn $name(seen: &mut Option<&'static str>) -> Result<(), Failure> {
            Ok(())
        }
    };
}

of_service!(from_a_macro, "shipping");

#[test]
fn it_may_come_from_a_macro() {
    let mut seen = None;
    assert_eq!(from_a_macro(&mut seen), Ok(()));
    assert_eq!(seen, Some("shipping"));
}

// key_sleep.rs
macro_rules! sleeping_by {
    ($name:ident, $sleep:path) => {
        #[retry(jitter = none, sleep = $sleep)]
        fn $name(flaky: &Flaky) -> Result<u32, Failure> {
            flaky.call()
        }
    };
}

sleeping_by!(from_a_macro, retry_tests::record);

#[test]
fn it_may_come_from_a_macro() {
    assert_eq!(from_a_macro(&Flaky::failing(1)), Ok(2));
    assert_eq!(recorded_waits(), millis([100]));
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
trait Send2 {
    async fn consume(self, flaky: &Flaky, add: Vec<&'static str>) -> Result<String, Failure>;
}

#[async_trait]
impl Send2 for Request {
    #[retry(initial_delay = "0s", clone(self, add))]
    async fn consume(self, flaky: &Flaky, mut add: Vec<&'static str>) -> Result<String, Failure> {
        let text = self.into_text();
        add.push("!");
        flaky.call_async().await?;
        Ok(text + &add.concat())
    }
}

#[tokio::test]
async fn arguments_of_async_trait_methods_are_cloned() {
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
