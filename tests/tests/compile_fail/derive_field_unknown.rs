use std::{io, time::Duration};

use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    #[throttled(retry_after = wiat)]
    Busy { wait: Duration, path: String },
    #[throttled(retry_after = 2)]
    Limited(Duration, String),
    #[transient(retry_after = wait)]
    Timeout,
    #[classify(with = retry_runtime::is_transient_io, field = error)]
    Filter { r#type: io::Error },
    #[classify(source = source)]
    Source(io::Error),
}

fn main() {}
