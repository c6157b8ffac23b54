//! Every way to name a budget, every shape of function, and threads that share one.

use std::{
    collections::BTreeMap,
    ops::Deref,
    pin::Pin,
    rc::Rc,
    sync::{Arc, LazyLock},
    thread,
};

use async_trait::async_trait;
use retry_runtime::{RetryBudget, retry};
use retry_tests::{Failure, Flaky};

use super::two_retries;

/// The rest of the house names it alike; each test that uses it drains it.
static NAMED: RetryBudget = RetryBudget::token_bucket("named").with_capacity(28);
static REFERRED: RetryBudget = RetryBudget::token_bucket("referred").with_capacity(28);
static RETURNED: RetryBudget = RetryBudget::token_bucket("returned").with_capacity(28);
static LAZY: LazyLock<Arc<RetryBudget>> = LazyLock::new(|| Arc::new(two_retries()));

const fn returned() -> &'static RetryBudget {
    &RETURNED
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = NAMED)]
fn by_static(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = &REFERRED)]
fn by_reference(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = returned())]
fn by_function(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = LAZY)]
fn by_lazy_static(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_static_may_be_named_in_any_way() {
    for function in [by_static, by_reference, by_function, by_lazy_static] {
        assert_eq!(function(&Flaky::failing(9)), Err(Failure(3)));
        assert_eq!(function(&Flaky::failing(9)), Err(Failure(1)), "dry");
    }
}

static OF_ASYNC: RetryBudget = RetryBudget::token_bucket("of async").with_capacity(28);

#[retry(max_attempts = 9, initial_delay = "0s", budget = OF_ASYNC)]
async fn by_static_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = &OF_ASYNC)]
async fn by_reference_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn functions_that_name_the_same_one_share_it() {
    assert_eq!(by_static_async(&Flaky::failing(9)).await, Err(Failure(3)));
    assert_eq!(by_reference_async(&Flaky::failing(9)).await, Err(Failure(1)));
}

struct Client {
    budget: RetryBudget,
    shared: Arc<RetryBudget>,
    calls: u32,
}

impl Client {
    fn new() -> Self {
        Self { budget: two_retries(), shared: Arc::new(two_retries()), calls: 0 }
    }

    const fn budget(&self) -> &RetryBudget {
        &self.budget
    }

    fn fails(&mut self) -> Result<u32, Failure> {
        self.calls += 1;
        Err(Failure(self.calls))
    }

    #[retry(max_attempts = 9, initial_delay = "0s", budget = self.budget)]
    fn field(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(max_attempts = 9, initial_delay = "0s", budget = &self.shared)]
    fn arc(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(max_attempts = 9, initial_delay = "0s", budget = self.shared.clone())]
    fn cloned_arc(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(max_attempts = 9, initial_delay = "0s", budget = self.budget())]
    fn method(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(max_attempts = 9, initial_delay = "0s", budget = self.budget)]
    fn changing(&mut self) -> Result<u32, Failure> {
        self.fails()
    }

    #[retry(max_attempts = 9, initial_delay = "0s", budget = self.budget)]
    async fn field_async(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }

    #[retry(max_attempts = 9, initial_delay = "0s", budget = self.shared)]
    async fn changing_async(&mut self) -> Result<u32, Failure> {
        tokio::task::yield_now().await;
        self.fails()
    }

    #[retry(max_attempts = 9, initial_delay = "0s", budget = self.budget())]
    async fn method_async(&mut self) -> Result<u32, Failure> {
        tokio::task::yield_now().await;
        self.fails()
    }
}

#[tokio::test]
async fn a_field_may_be_it() {
    for function in [Client::field, Client::arc, Client::cloned_arc, Client::method] {
        let client = Client::new();
        assert_eq!(function(&client, &Flaky::failing(9)), Err(Failure(3)));
        assert_eq!(function(&client, &Flaky::failing(9)), Err(Failure(1)), "dry");
    }
    assert_eq!(sendable(Client::new().field_async(&Flaky::failing(9))).await, Err(Failure(3)));
}

#[tokio::test]
async fn it_may_be_a_part_of_what_attempts_change() {
    assert_eq!(Client::new().changing(), Err(Failure(3)));
    assert_eq!(sendable(Client::new().changing_async()).await, Err(Failure(3)));
    assert_eq!(sendable(Client::new().method_async()).await, Err(Failure(3)));
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
fn owned(flaky: &Flaky, budget: Arc<RetryBudget>) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
fn boxed_budget(flaky: &Flaky, budget: Box<RetryBudget>) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
async fn generic<B: Deref<Target = RetryBudget>>(flaky: &Flaky, budget: B) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = if let Some(budget) = budget { budget } else { &NAMED })]
async fn chosen(flaky: &Flaky, budget: Option<&RetryBudget>) -> Result<u32, Failure> {
    flaky.call_async().await
}

struct Clients {
    budgets: BTreeMap<&'static str, RetryBudget>,
}

impl Clients {
    const OWN: &RetryBudget = &ASSOCIATED;

    #[retry(max_attempts = 9, initial_delay = "0s", budget = self.budgets[host])]
    async fn by_index(&self, host: &str, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }

    #[retry(max_attempts = 9, initial_delay = "0s", budget = Self::OWN)]
    async fn by_association(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }
}

static ASSOCIATED: RetryBudget = RetryBudget::token_bucket("associated").with_capacity(28);

#[tokio::test]
async fn each_host_may_have_its_own() {
    let clients = Clients { budgets: ["one", "two"].map(|host| (host, two_retries())).into() };
    for host in ["one", "two"] {
        assert_eq!(clients.by_index(host, &Flaky::failing(9)).await, Err(Failure(3)), "{host}");
        assert_eq!(clients.by_index(host, &Flaky::failing(9)).await, Err(Failure(1)), "{host}");
    }
    assert_eq!(Clients::by_association(&Flaky::failing(9)).await, Err(Failure(3)));
}

/// Evaluated anew at each look, so it never runs dry.
#[retry(max_attempts = 9, initial_delay = "0s", budget = two_retries())]
fn ever_new(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[tokio::test]
async fn an_argument_or_any_other_expression_may_be_it() {
    let shared = Arc::new(two_retries());
    assert_eq!(owned(&Flaky::failing(9), Arc::clone(&shared)), Err(Failure(3)));
    assert_eq!(generic(&Flaky::failing(9), shared).await, Err(Failure(1)));
    assert_eq!(boxed_budget(&Flaky::failing(9), Box::new(two_retries())), Err(Failure(3)));
    assert_eq!(generic(&Flaky::failing(9), &two_retries()).await, Err(Failure(3)));
    assert_eq!(chosen(&Flaky::failing(9), Some(&two_retries())).await, Err(Failure(3)));
    assert_eq!(ever_new(&Flaky::failing(9)), Err(Failure(9)));
}

#[async_trait]
trait Fetch {
    async fn fetch(&mut self) -> Result<u32, Failure>;
}

#[async_trait]
impl Fetch for Client {
    #[retry(max_attempts = 9, initial_delay = "0s", budget = self.budget)]
    async fn fetch(&mut self) -> Result<u32, Failure> {
        self.fails()
    }
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
fn in_a_block(flaky: &Flaky, budget: &RetryBudget) -> impl Future<Output = Result<u32, Failure>> + Send {
    async move { flaky.call_async().await }
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
fn built(flaky: &Flaky, budget: &RetryBudget) -> impl Future<Output = Result<u32, Failure>> + Send {
    let attempt = flaky.call();
    async move { attempt }
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
fn boxed<'a>(
    flaky: &'a Flaky,
    budget: &'a RetryBudget,
) -> Pin<Box<dyn Future<Output = Result<u32, Failure>> + Send + 'a>> {
    Box::pin(async move { flaky.call_async().await })
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
fn opaque(flaky: &Flaky, budget: &RetryBudget) -> Result<impl Iterator<Item = u32> + use<>, Failure> {
    Ok(std::iter::once(flaky.call()?))
}

#[tokio::test]
async fn every_shape_of_function_has_one() {
    assert_eq!(Client::new().fetch().await, Err(Failure(3)));
    assert_eq!(in_a_block(&Flaky::failing(9), &two_retries()).await, Err(Failure(3)));
    assert_eq!(built(&Flaky::failing(9), &two_retries()).await, Err(Failure(3)));
    assert_eq!(boxed(&Flaky::failing(9), &two_retries()).await, Err(Failure(3)));
    assert_eq!(opaque(&Flaky::failing(9), &two_retries()).map(Iterator::last), Err(Failure(3)));
}

#[retry(max_attempts = 99, initial_delay = "0s", budget = budget)]
fn of_a_thread(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 99, initial_delay = "0s", budget = budget)]
async fn of_a_task(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[test]
fn threads_share_it_to_the_last_token() {
    let (flaky, budget) = (Flaky::failing(u32::MAX), RetryBudget::token_bucket("shared"));
    thread::scope(|scope| {
        for thread in 0..4 {
            let (flaky, budget) = (&flaky, &budget);
            scope.spawn(move || {
                for _ in 0..10 {
                    let outcome = if thread % 2 == 0 {
                        of_a_thread(flaky, budget)
                    } else {
                        futures_executor::block_on(of_a_task(flaky, budget))
                    };
                    assert!(outcome.is_err());
                }
            });
        }
    });
    // Forty first attempts, and 35 retries of 14 tokens.
    assert_eq!((flaky.attempts(), budget.balance()), (40 + 35, 10));
}

/// `!Send`, and never kept across a wait.
#[derive(Debug)]
struct Local(Rc<u32>);

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
async fn not_send(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Local> {
    flaky.call_async().await.map_err(|failure| Local(Rc::new(failure.0)))
}

#[tokio::test]
async fn the_future_is_send_whatever_the_error_is() {
    let error = sendable(not_send(&Flaky::failing(9), &two_retries())).await.expect_err("dry");
    assert_eq!(*error.0, 3);
}

fn sendable<F: Future + Send>(future: F) -> F {
    future
}
