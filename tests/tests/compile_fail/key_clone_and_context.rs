use retry_runtime::retry;
use retry_tests::Failure;

#[retry(clone(text), context = text)]
fn fetch(text: String) -> Result<String, Failure> {
    Ok(text)
}

#[retry(context = Self)]
fn named_by_a_keyword() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
