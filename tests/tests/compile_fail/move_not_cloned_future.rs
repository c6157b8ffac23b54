use std::pin::Pin;

use retry_runtime::retry;
use retry_tests::Failure;

fn send(body: String) -> Result<u32, Failure> {
    Err(Failure(body.len() as u32))
}

#[retry]
fn post(body: String) -> impl Future<Output = Result<u32, Failure>> {
    async move { send(body) }
}

#[retry]
fn post_boxed(body: String) -> Pin<Box<dyn Future<Output = Result<u32, Failure>> + Send>> {
    Box::pin(async move { send(body) })
}

#[retry]
fn post_built(body: String) -> impl Future<Output = Result<u32, Failure>> {
    std::future::ready(send(body))
}

fn main() {}
