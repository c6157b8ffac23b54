use retry_runtime::retry;

#[retry]
fn fetch() {}

#[retry]
async fn fetch_async() {}

#[retry]
fn fetch_unit() -> () {}

fn main() {}
