use retry_runtime::{Classify, retry};

#[derive(Debug, Classify)]
enum JobError<E> {
    #[classify(source)]
    Job(E),
    #[permanent]
    Cancelled,
}

#[retry]
fn work() -> Result<(), JobError<std::io::Error>> {
    Err(JobError::Cancelled)
}

fn main() {}
