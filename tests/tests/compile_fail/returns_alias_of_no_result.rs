use retry_runtime::retry;

type Answer = Option<u32>;

#[retry]
fn fetch() -> Answer {
    Some(1)
}

#[retry]
async fn fetch_async() -> Answer {
    Some(1)
}

#[retry]
fn fetch_future() -> impl Future<Output = Answer> {
    async move { Some(1) }
}

fn main() {}
