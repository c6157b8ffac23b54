use retry_runtime::{is_transient_io, retry};

#[derive(Debug)]
struct Plain;

#[retry(filter = is_transient_io)]
fn fetch() -> Result<u32, Plain> {
    Ok(1)
}

fn main() {}
