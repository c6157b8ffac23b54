//! Half of the functions are annotated, half are not: rustc says the same of both.
#![deny(unused, missing_docs)]

use retry_runtime::retry;
use retry_tests::Failure;

/// Documented.
pub mod plain {
    use super::Failure;

    fn unused_function() -> Result<u32, Failure> {
        Ok(1)
    }

    /// Documented.
    pub fn unused_argument(argument: u32) -> Result<u32, Failure> {
        Ok(1)
    }

    /// Documented.
    pub fn unused_variable() -> Result<u32, Failure> {
        let variable = 1;
        Ok(1)
    }

    /// Documented.
    pub fn needless_mut(mut argument: u32) -> Result<u32, Failure> {
        let mut variable = argument;
        Ok(variable)
    }

    /// Documented.
    pub async fn all_async(unused: u32, mut needless: Vec<u8>) -> Result<u32, Failure> {
        let variable = 1;
        Ok(needless.len() as u32)
    }

    pub fn undocumented() -> Result<u32, Failure> {
        Ok(1)
    }
}

/// Documented.
pub mod retried {
    use super::{Failure, retry};

    #[retry]
    fn unused_function() -> Result<u32, Failure> {
        Ok(1)
    }

    /// Documented.
    #[retry]
    pub fn unused_argument(argument: u32) -> Result<u32, Failure> {
        Ok(1)
    }

    /// Documented.
    #[retry]
    pub fn unused_variable() -> Result<u32, Failure> {
        let variable = 1;
        Ok(1)
    }

    /// Documented.
    #[retry]
    pub fn needless_mut(mut argument: u32) -> Result<u32, Failure> {
        let mut variable = argument;
        Ok(variable)
    }

    /// Documented.
    #[retry]
    pub async fn all_async(unused: u32, mut needless: Vec<u8>) -> Result<u32, Failure> {
        let variable = 1;
        Ok(needless.len() as u32)
    }

    #[retry]
    pub fn undocumented() -> Result<u32, Failure> {
        Ok(1)
    }

    /// Documented.
    #[retry(context = cx)]
    pub fn unused_context() -> Result<u32, Failure> {
        Ok(1)
    }
}

fn main() {}
