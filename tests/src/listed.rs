//! A function of a library, to be found by programs that use the library.

use retry_runtime::retry;

use crate::Failure;

/// Always fails.
///
/// # Errors
/// Always.
#[retry(service = "library")]
pub fn fetch_in_a_library() -> Result<(), Failure> {
    Err(Failure(1))
}
