use retry_runtime::retry;
use retry_tests::Failure;

fn zero(_: Failure) -> u32 {
    0
}

fn text(_: Failure) -> Result<String, Failure> {
    Ok(String::new())
}

fn borrowed(error: &Failure) -> Result<u32, Failure> {
    Ok(error.0)
}

#[retry(fallback = zero)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(fallback = |_| 0)]
fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(fallback = text)]
fn fetch_text() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(fallback = borrowed)]
fn fetch_borrowed() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(fallback = || Ok(1))]
fn fetch_arity() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
