use retry_runtime::Classify;

#[derive(Classify)]
#[transient]
enum ApiError {
    Timeout,
    #[throttled(retry_after = wiat)]
    Busy { wait: std::time::Duration },
    #[classify(wiht = retry_runtime::is_transient_io)]
    Io(std::io::Error),
}

fn judged<E: Classify>(_: &E) {}

fn main() {
    judged(&ApiError::Timeout);
}
