use retry_runtime::{is_transient_io, retry};

fn is_busy(_: &std::io::Error) -> bool {
    true
}

#[retry(filter = is_transient_io || is_busy)]
fn either() -> std::io::Result<()> {
    Ok(())
}

#[retry(filter = is_transient_io && is_busy)]
fn both() -> std::io::Result<()> {
    Ok(())
}

fn main() {}
