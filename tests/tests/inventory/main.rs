//! The list of annotated functions, and what is counted of them. It compiles, also under clippy: that is a test too.
#![deny(warnings, clippy::all, clippy::pedantic, missing_docs, unused_qualifications, unreachable_pub)]
#![forbid(unsafe_code)]

mod counted;
mod decoys;
mod guarded;
mod listed;
mod serialised;

use retry_runtime::{AnnotatedFunction, OperationStatistics, inventory, statistics};

/// The function whose operation has this name; there is one.
fn function(operation: &str) -> AnnotatedFunction {
    let mut found: Vec<_> = inventory().into_iter().filter(|found| found.operation == operation).collect();
    assert_eq!(found.len(), 1, "{operation}: {found:?}");
    found.remove(0)
}

/// What was counted under this name.
fn counted(operation: &str) -> OperationStatistics {
    let mut found: Vec<_> = statistics().into_iter().filter(|found| found.operation == operation).collect();
    assert_eq!(found.len(), 1, "{operation}: {found:?}");
    found.remove(0)
}
