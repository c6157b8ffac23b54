//! Every way to name a rate, every shape of function, and threads that share one.

use std::{
    ops::Deref,
    pin::Pin,
    rc::Rc,
    sync::{Arc, LazyLock},
    thread,
};

use async_trait::async_trait;
use retry_runtime::{AdaptiveRate, retry};
use retry_tests::{Failure, Flaky};

static NAMED: AdaptiveRate = AdaptiveRate::new("named");
static REFERRED: AdaptiveRate = AdaptiveRate::new("referred");
static RETURNED: AdaptiveRate = AdaptiveRate::new("returned");
static LAZY: LazyLock<Arc<AdaptiveRate>> = LazyLock::new(|| Arc::new(AdaptiveRate::new("lazy")));

const fn returned() -> &'static AdaptiveRate {
    &RETURNED
}

#[retry(initial_delay = "0s", adaptive = NAMED)]
fn by_static(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "0s", adaptive = &REFERRED)]
fn by_reference(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "0s", adaptive = returned())]
fn by_function(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "0s", adaptive = LAZY)]
fn by_lazy_static(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

/// It was told of one failure and one success.
#[track_caller]
fn assert_told(rate: &AdaptiveRate) {
    assert!((rate.success_rate() - 0.5).abs() < 1e-9, "{rate:?}");
}

#[test]
fn a_static_may_be_named_in_any_way() {
    for (function, rate) in [
        (by_static as fn(&Flaky) -> Result<u32, Failure>, &NAMED),
        (by_reference, &REFERRED),
        (by_function, &RETURNED),
        (by_lazy_static, &**LAZY),
    ] {
        assert_eq!(function(&Flaky::failing(1)), Ok(2));
        assert_told(rate);
    }
}

static OF_ASYNC: AdaptiveRate = AdaptiveRate::new("of async");

#[retry(initial_delay = "0s", adaptive = OF_ASYNC)]
async fn by_static_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(initial_delay = "0s", adaptive = &OF_ASYNC)]
async fn by_reference_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn functions_that_name_the_same_one_share_it() {
    assert_eq!(sendable(by_static_async(&Flaky::failing(1))).await, Ok(2));
    assert_eq!(sendable(by_reference_async(&Flaky::failing(1))).await, Ok(2));
    assert_told(&OF_ASYNC);
}

struct Client {
    rate: AdaptiveRate,
    shared: Arc<AdaptiveRate>,
    calls: u32,
}

impl Client {
    fn new() -> Self {
        Self { rate: AdaptiveRate::new("field"), shared: Arc::new(AdaptiveRate::new("shared")), calls: 0 }
    }

    const fn rate(&self) -> &AdaptiveRate {
        &self.rate
    }

    fn second_succeeds(&mut self) -> Result<u32, Failure> {
        self.calls += 1;
        if self.calls > 1 { Ok(self.calls) } else { Err(Failure(self.calls)) }
    }

    #[retry(initial_delay = "0s", adaptive = self.rate)]
    fn field(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(initial_delay = "0s", adaptive = self.rate())]
    fn method(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(initial_delay = "0s", adaptive = &self.shared)]
    fn arc(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(initial_delay = "0s", adaptive = self.shared.clone())]
    fn cloned_arc(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(initial_delay = "0s", adaptive = self.rate)]
    fn changing(&mut self) -> Result<u32, Failure> {
        self.second_succeeds()
    }

    #[retry(initial_delay = "0s", adaptive = self.rate)]
    async fn changing_async(&mut self) -> Result<u32, Failure> {
        tokio::task::yield_now().await;
        self.second_succeeds()
    }

    #[retry(initial_delay = "0s", adaptive = self.rate())]
    async fn method_async(&mut self) -> Result<u32, Failure> {
        tokio::task::yield_now().await;
        self.second_succeeds()
    }
}

#[tokio::test(start_paused = true)]
async fn a_field_may_be_it() {
    for function in [Client::field, Client::method] {
        let client = Client::new();
        assert_eq!(function(&client, &Flaky::failing(1)), Ok(2));
        assert_told(&client.rate);
    }
    for function in [Client::arc, Client::cloned_arc] {
        let client = Client::new();
        assert_eq!(function(&client, &Flaky::failing(1)), Ok(2));
        assert_told(&client.shared);
    }
}

#[tokio::test(start_paused = true)]
async fn it_may_be_a_part_of_what_attempts_change() {
    let mut client = Client::new();
    assert_eq!(client.changing(), Ok(2));
    assert_told(&client.rate);
    let mut client = Client::new();
    assert_eq!(sendable(client.changing_async()).await, Ok(2));
    assert_told(&client.rate);
    let mut client = Client::new();
    assert_eq!(sendable(client.method_async()).await, Ok(2));
    assert_told(&client.rate);
}

#[retry(initial_delay = "0s", adaptive = rate)]
fn owned(flaky: &Flaky, rate: Arc<AdaptiveRate>) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "0s", adaptive = rate)]
async fn generic<R: Deref<Target = AdaptiveRate>, E>(
    flaky: &Flaky,
    rate: R,
    convert: impl Fn(Failure) -> E,
) -> Result<u32, E> {
    flaky.call_async().await.map_err(&convert)
}

#[retry(initial_delay = "0s", adaptive = rate.unwrap_or(&NAMED))]
async fn chosen(flaky: &Flaky, rate: Option<&AdaptiveRate>) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn an_argument_or_any_other_expression_may_be_it() {
    let shared = Arc::new(AdaptiveRate::new("shared"));
    assert_eq!(owned(&Flaky::failing(1), Arc::clone(&shared)), Ok(2));
    assert_told(&shared);
    let rate = AdaptiveRate::new("referred");
    assert_eq!(generic(&Flaky::failing(1), &rate, |failure| failure.0).await, Ok(2));
    assert_told(&rate);
    let rate = AdaptiveRate::new("chosen");
    assert_eq!(chosen(&Flaky::failing(1), Some(&rate)).await, Ok(2));
    assert_told(&rate);
}

#[async_trait]
trait Fetch {
    async fn fetch(&mut self) -> Result<u32, Failure>;
}

#[async_trait]
impl Fetch for Client {
    #[retry(initial_delay = "0s", adaptive = self.rate)]
    async fn fetch(&mut self) -> Result<u32, Failure> {
        self.second_succeeds()
    }
}

#[retry(initial_delay = "0s", adaptive = rate)]
fn in_a_block(flaky: &Flaky, rate: &AdaptiveRate) -> impl Future<Output = Result<u32, Failure>> + Send {
    async move { flaky.call_async().await }
}

#[retry(initial_delay = "0s", adaptive = rate)]
fn built(flaky: &Flaky, rate: &AdaptiveRate) -> impl Future<Output = Result<u32, Failure>> + Send {
    let attempt = flaky.call();
    async move { attempt }
}

#[retry(initial_delay = "0s", adaptive = rate)]
fn boxed<'a>(
    flaky: &'a Flaky,
    rate: &'a AdaptiveRate,
) -> Pin<Box<dyn Future<Output = Result<u32, Failure>> + Send + 'a>> {
    Box::pin(async move { flaky.call_async().await })
}

#[retry(initial_delay = "0s", adaptive = rate)]
fn opaque(flaky: &Flaky, rate: &AdaptiveRate) -> Result<impl Iterator<Item = u32> + use<>, Failure> {
    Ok(std::iter::once(flaky.call()?))
}

#[tokio::test(start_paused = true)]
async fn every_shape_of_function_has_one() {
    let mut client = Client::new();
    assert_eq!(client.fetch().await, Ok(2));
    assert_told(&client.rate);
    let rate = AdaptiveRate::new("shapes");
    assert_eq!(sendable(in_a_block(&Flaky::failing(1), &rate)).await, Ok(2));
    assert_told(&rate);
    assert_eq!(sendable(built(&Flaky::failing(1), &rate)).await, Ok(2));
    assert_told(&rate);
    assert_eq!(sendable(boxed(&Flaky::failing(1), &rate)).await, Ok(2));
    assert_told(&rate);
    assert_eq!(opaque(&Flaky::failing(1), &rate).map(Iterator::last), Ok(Some(2)));
    assert_told(&rate);
}

#[test]
fn threads_share_it() {
    let rate = Arc::new(AdaptiveRate::new("shared"));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    assert_eq!(owned(&Flaky::failing(1), Arc::clone(&rate)), Ok(2));
                }
            });
        }
    });
    assert_told(&rate);
}

/// The last error is kept while an attempt waits for its turn: the future is no more `Send` than it is.
#[retry(initial_delay = "0s", adaptive = rate)]
async fn not_send(flaky: &Flaky, rate: &AdaptiveRate) -> Result<u32, Rc<Failure>> {
    flaky.call_async().await.map_err(Rc::new)
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_not_send_can_be_kept() {
    let rate = AdaptiveRate::new("local");
    assert_eq!(not_send(&Flaky::failing(9), &rate).await, Err(Rc::new(Failure(3))));
}

fn sendable<F: Future + Send>(future: F) -> F {
    future
}
