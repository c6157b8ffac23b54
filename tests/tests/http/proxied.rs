//! Many calls at once to an axum server behind a proxy, while the proxy breaks their connections: all end well,
//! none is lost, and none has a second effect.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::Path, http::StatusCode, routing::put};
use reqwest::Client;
use retry_runtime::{ErrorForRetry, HttpError, is_transient_http, retry};
use retry_tests::proxy::Proxy;
use tokio::net::TcpListener;

use super::SHORT;

const CALLS: u32 = 32;

/// How often each order arrived.
type Orders = Arc<Mutex<HashMap<u32, u32>>>;

struct Shop {
    orders: Orders,
    proxy: Proxy,
}

impl Shop {
    async fn open() -> Self {
        let orders = Orders::default();
        let arrived = orders.clone();
        let place = async move |Path(id): Path<u32>| {
            *arrived.lock().unwrap().entry(id).or_default() += 1;
            (StatusCode::CREATED, "placed")
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Proxy::to(listener.local_addr().unwrap());
        let router = Router::new().route("/orders/{id}", put(place));
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { orders, proxy }
    }

    fn url(&self, id: u32) -> String {
        format!("http://{}/orders/{id}", self.proxy.address())
    }
}

async fn place(client: &Client, url: &str) -> Result<String, HttpError> {
    Ok(client.put(url).send().await?.error_for_retry()?.text().await?)
}

#[retry(
    max_attempts = unlimited,
    max_elapsed = "1m",
    initial_delay = "5ms",
    max_delay = "50ms",
    filter = is_transient_http,
    on_retry = |_| {
        failures.fetch_add(1, Ordering::SeqCst);
    },
)]
async fn place_retried(client: &Client, url: &str, failures: &AtomicU32) -> Result<String, HttpError> {
    place(client, url).await
}

/// Breaks connections before and while calls are made, mends them once each call may have failed, and gives how often
/// each order arrived.
async fn survived(fault: fn(&Proxy)) -> HashMap<u32, u32> {
    let shop = Arc::new(Shop::open().await);
    let client = Client::builder().no_proxy().timeout(SHORT).build().unwrap();
    assert_eq!(place(&client, &shop.url(CALLS)).await.unwrap(), "placed", "before the fault all is well");
    fault(&shop.proxy);
    place(&client, &shop.url(CALLS)).await.expect_err("without the attribute a call fails");

    let failures = Arc::new(AtomicU32::new(0));
    let calls: Vec<_> = (0..CALLS)
        .map(|id| {
            let (client, failures, url) = (client.clone(), failures.clone(), shop.url(id));
            tokio::spawn(async move { place_retried(&client, &url, &failures).await })
        })
        .collect();
    while failures.load(Ordering::SeqCst) < CALLS {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    shop.proxy.pass();
    shop.proxy.drop_connections();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), "placed");
    }
    let mut orders = shop.orders.lock().unwrap().clone();
    orders.remove(&CALLS);
    assert_eq!(orders.len(), CALLS as usize, "none is lost");
    orders
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone() {
    let refuse = |proxy: &Proxy| {
        proxy.refuse();
        proxy.drop_connections();
    };
    survived(refuse).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_reset() {
    survived(Proxy::reset).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_stall() {
    survived(Proxy::stall).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_cut_short() {
    // Behind the head, within the text.
    let orders = survived(|proxy| proxy.cut_after(100)).await;
    assert!(orders.values().any(|times| *times > 1), "an answer was lost, so the order came again");
}
