//! Idempotency keys of several processes, by a real Redis that is killed, paused and emptied under them.

mod chaos;
mod fleet;
mod outages;
mod owners;
mod records;
mod results;
