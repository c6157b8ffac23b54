//! What every contestant shares: the work that each one retries ([`work`]), and the frame that checks and
//! measures its functions ([`Contestant`]). The program `retry-benches` builds each contestant alone, runs
//! it, and writes `RESULTS.md`.

#![forbid(unsafe_code)]

mod contestant;
pub mod work;

pub use contestant::{Contestant, NO_SUCH_SCENARIO};
