use std::time::Duration;

const MAX_ATTEMPTS: u32 = 3;
const INITIAL_DELAY: Duration = Duration::from_millis(100);
const MAX_DELAY: Duration = Duration::from_secs(10);

fn backoff(initial: Duration, attempt: u32) -> Duration {
    let exponential = initial.saturating_mul(1 << (attempt - 1)).min(MAX_DELAY);
    exponential.mul_f64(0.9 + 0.2 * fastrand::f64()).min(MAX_DELAY)
}

// each copy
pub fn call_COPY(key: &str) -> Result<u64, Failure> {
    let mut attempt = 1;
    loop {
        match send_blocking(key, COPY) {
            Err(failure) if attempt < MAX_ATTEMPTS && is_transient(&failure) => {}
            outcome => return outcome,
        }
        std::thread::sleep(backoff(INITIAL_DELAY, attempt));
        attempt += 1;
    }
}
