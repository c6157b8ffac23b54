use retry_runtime::retry;
use retry_tests::Failure;

#[retry(context = "cx")]
fn fetch() -> Result<u32, Failure> {
    Ok(cx.attempt())
}

#[retry(context = self::cx)]
fn fetch_path() -> Result<u32, Failure> {
    Ok(cx.attempt())
}

#[retry(context)]
fn fetch_flag() -> Result<u32, Failure> {
    Ok(context.attempt())
}

#[retry(context = self)]
fn fetch_self() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(context = _)]
fn fetch_wild() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
