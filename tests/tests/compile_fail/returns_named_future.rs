use std::{future::Ready, pin::Pin};

use retry_runtime::retry;
use retry_tests::Failure;

type Reply = Pin<Box<dyn Future<Output = Result<u32, Failure>>>>;

#[retry]
fn fetch() -> Ready<Result<u32, Failure>> {
    std::future::ready(Ok(1))
}

#[retry]
fn fetch_alias() -> Reply {
    Box::pin(std::future::ready(Ok(1)))
}

fn main() {}
