//! An error enum that says of each variant whether another attempt may help.
//!
//! ```text
//! cargo run --example error_enum
//! ```

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use retry_runtime::{Classify, is_transient_io, retry};

/// A variant without a mark does not compile: a new one never becomes retryable by accident.
#[derive(Debug, Classify)]
enum PaymentError {
    /// Judged by a filter that knows the client's errors.
    #[classify(with = is_transient_io)]
    Connection(io::Error),
    /// The bank says when to come back.
    #[throttled(retry_after = wait)]
    RateLimit { wait: Duration },
    #[transient]
    Unavailable,
    #[permanent]
    Declined,
    /// Asks the error it wraps, which judges itself.
    #[classify(source)]
    Ledger(LedgerError),
}

#[derive(Debug, Classify)]
enum LedgerError {
    #[transient]
    Locked,
    #[permanent]
    NoSuchAccount,
}

/// What the bank answers, one after the other.
struct Bank {
    answers: Vec<fn() -> Result<u32, PaymentError>>,
    calls: AtomicUsize,
}

impl Bank {
    fn new(answers: Vec<fn() -> Result<u32, PaymentError>>) -> Self {
        Self { answers, calls: AtomicUsize::new(0) }
    }

    /// No filter: the error judges itself.
    #[retry(max_attempts = 6, initial_delay = "10ms")]
    fn pay(&self) -> Result<u32, PaymentError> {
        self.answers[self.calls.fetch_add(1, Ordering::SeqCst)]()
    }
}

fn main() {
    tracing_subscriber::fmt::init();
    let bank = Bank::new(vec![
        || Err(PaymentError::Connection(io::ErrorKind::ConnectionReset.into())),
        || Err(PaymentError::RateLimit { wait: Duration::from_millis(100) }),
        || Err(PaymentError::Unavailable),
        || Err(PaymentError::Ledger(LedgerError::Locked)),
        || Ok(17),
    ]);
    println!("paid, receipt {}, on attempt {}", bank.pay().unwrap(), bank.calls.load(Ordering::SeqCst));

    for answer in [
        || Err(PaymentError::Declined),
        || Err(PaymentError::Ledger(LedgerError::NoSuchAccount)),
        || Err(PaymentError::Connection(io::ErrorKind::InvalidData.into())),
    ] {
        let bank = Bank::new(vec![answer]);
        println!("not paid: {:?}", bank.pay().unwrap_err());
        assert_eq!(bank.calls.into_inner(), 1, "permanent: a single attempt");
    }
}
