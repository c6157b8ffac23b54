use retry_runtime::retry;

#[retry]
fn fetch() -> impl Iterator<Item = u32> {
    [1].into_iter()
}

#[retry]
fn fetch_many() -> (u32, u32) {
    (1, 2)
}

#[retry]
fn fetch_never() -> ! {
    loop {}
}

fn main() {}
