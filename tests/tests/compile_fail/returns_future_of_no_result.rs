use std::pin::Pin;

use retry_runtime::retry;

#[retry]
fn fetch() -> impl Future<Output = u32> {
    async move { 1 }
}

#[retry]
fn fetch_built() -> impl Future<Output = u32> {
    std::future::ready(1)
}

#[retry]
fn fetch_boxed() -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move { 1 })
}

fn main() {}
