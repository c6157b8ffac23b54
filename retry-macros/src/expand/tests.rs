//! Snapshots of what users get, pretty-printed. After a change that is meant:
//! `INSTA_UPDATE=always cargo test -p retry-macros`, then read the difference.

use quote::quote;

use super::*;

fn expanded(arguments: TokenStream, item: TokenStream) -> String {
    let tokens = retry(arguments, item);
    let file = syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{error}: {tokens}"));
    prettyplease::unparse(&file)
}

macro_rules! snapshot {
    ($name:ident, [$($arguments:tt)*], $($item:tt)*) => {
        #[test]
        fn $name() {
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(
                    stringify!($name),
                    expanded(quote!($($arguments)*), quote!($($item)*))
                );
            });
        }
    };
}

snapshot!(
    plain_async,
    [max_attempts = 5, filter = is_transient],
    async fn fetch(url: &str) -> Result<String, Error> {
        get(url).await?.text()
    }
);

snapshot!(
    plain_blocking,
    [],
    fn read(path: &Path) -> io::Result<String> {
        fs::read_to_string(path)
    }
);

snapshot!(
    documented_with_every_policy_key,
    [
        aggressive,
        max_attempts = ATTEMPTS,
        initial_delay = "100ms",
        max_delay = self::LONGEST,
        backoff = self::cubic,
        jitter = full,
        max_elapsed = "1m",
        max_retry_after = "10s",
        max_total_delay = "2m",
        service = "billing",
        operation = "charge"
    ],
    /// Charges.
    pub fn charge() -> Result<(), Error> {
        post()
    }
);

snapshot!(
    with_every_hook,
    [
        filter = |error| error.is_timeout(),
        filter_ok = is_pending,
        on_retry = count,
        on_success = |event| log(event),
        on_give_up = alert,
        before_retry = |cx| self.reconnect(cx),
        fallback = |error| self.cached(error),
        wrap_error,
        context = cx,
        clone(request),
        sleep = my_runtime::sleep
    ],
    async fn send(&mut self, mut request: Request) -> Result<Reply, RetryError<Error>> {
        self.client.send(request, cx.attempt()).await
    }
);

snapshot!(
    an_alias_whose_name_does_not_say_result,
    [],
    fn read() -> Outcome<String> {
        inner()
    }
);

snapshot!(
    returns_an_async_block,
    [],
    fn fetch(&self) -> impl Future<Output = Result<impl Iterator<Item = u8>, Error>> + Send {
        async move { self.get().await }
    }
);

snapshot!(
    builds_a_boxed_future,
    [clone(url)],
    fn fetch<'a>(&'a self, url: Url) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>> {
        let request = self.prepare(url);
        Box::pin(async move { request.send().await })
    }
);

snapshot!(
    async_trait,
    [],
    fn fetch<'life0, 'async_trait>(
        &'life0 mut self,
        name: Name,
    ) -> ::core::pin::Pin<
        Box<dyn ::core::future::Future<Output = Result<(), Error>> + ::core::marker::Send + 'async_trait>,
    >
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move {
            if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<(), Error>> {
                #[allow(unreachable_code)]
                return __ret;
            }
            let mut __self = self;
            let name = name;
            let __ret: Result<(), Error> = { __self.get(&name).await };
            #[allow(unreachable_code)]
            __ret
        })
    }
);

snapshot!(
    with_an_attempt_timeout,
    [attempt_timeout = "5s"],
    /// Fetches.
    async fn fetch(url: &str) -> Result<String, Error> {
        get(url).await
    }
);

snapshot!(
    with_every_limit_of_time,
    [
        attempt_timeout = TIMEOUT,
        deadline = "30s",
        deadline_from = request.deadline,
        cancel = self.shutdown,
        before_retry = |cx| self.reconnect(cx),
        wrap_error
    ],
    /// Sends.
    async fn send(&mut self, request: &Request) -> Result<Reply, RetryError<Error>> {
        self.client.send(request).await
    }
);

snapshot!(
    blocking_until_cancelled,
    [cancel = shutdown],
    fn read(shutdown: &CancelToken) -> Result<String, Error> {
        inner()
    }
);

snapshot!(
    with_every_guard,
    [
        budget = self.budget,
        circuit_breaker = LAKE,
        adaptive = self.rate,
        deadline = "30s",
        open_error = |open| Error::Open(open)
    ],
    /// Queries.
    async fn query(&self, text: &str) -> Result<Rows, Error> {
        self.client.query(text).await
    }
);

snapshot!(
    blocking_with_a_breaker,
    [circuit_breaker = LAKE, filter_ok = is_pending, wrap_error],
    fn query(text: &str) -> Result<Rows, RetryError<Error>> {
        inner(text)
    }
);

snapshot!(
    with_spans,
    [span = true, filter = retry_runtime::is_transient_http, on_retry = count],
    async fn fetch(&self, request: Request) -> Result<String, Error> {
        self.client.get(request).await
    }
);

snapshot!(
    blocking_with_spans,
    [span],
    fn read(path: &Path) -> io::Result<String> {
        fs::read_to_string(path)
    }
);

snapshot!(
    spans_of_a_future_that_is_built,
    [span, circuit_breaker = LAKE, deadline = "30s"],
    fn fetch(&self) -> impl Future<Output = Result<(), Error>> {
        let request = self.prepare();
        async move { request.send().await }
    }
);

snapshot!(
    values_that_name_self,
    [max_attempts = Self::ATTEMPTS],
    fn read(&self) -> Result<(), Error> {
        self.inner()
    }
);

snapshot!(
    a_computed_policy,
    [policy_from = self.tenants.policy(tenant), configurable = false],
    /// Reads.
    fn read(&self, tenant: &str) -> Result<(), Error> {
        self.inner(tenant)
    }
);

snapshot!(
    a_computed_policy_beside_every_reader,
    [
        policy_from = self.tenants.policy(tenant),
        attempt_timeout = "5s",
        deadline = "30s",
        context = cx,
        on_success = count,
        circuit_breaker = LAKE,
        adaptive = self.rate
    ],
    async fn fetch(&mut self, tenant: &str) -> Result<Rows, Error> {
        self.client.fetch(tenant, cx.attempt()).await
    }
);

snapshot!(
    once_for_each_key,
    [
        operation = "charge",
        idempotency_key = self.orders.id(order),
        deadline = "30s",
        cancel = self.shutdown,
        filter_ok = is_pending,
        context = cx
    ],
    /// Charges.
    async fn charge(&mut self, order: &Order) -> Result<Receipt, Error> {
        self.client.charge(order, cx.idempotency_key()).await
    }
);

snapshot!(
    blocking_once_for_each_key,
    [
        operation = "charge",
        idempotency_key = format!("{user}/{month}"),
        fallback = |error| Err(error),
        wrap_error
    ],
    fn charge(user: &str, month: u32) -> Result<Receipt, RetryError<Error>> {
        inner(user, month)
    }
);

snapshot!(
    clone_of_self,
    [clone(self)],
    fn send(self) -> Result<(), Error> {
        log!(self.name);
        self::deliver(self)
    }
);

snapshot!(
    errors_leave_the_function_as_it_was,
    [max_atempts = 3, jitter = 2],
    fn read() -> Result<(), Error> {
        inner()
    }
);
