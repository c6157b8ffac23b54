//! Slots of one process.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use super::{
    Subject,
    slots::{Place, Request, choose},
};

/// Who shares slots: one operation, as long as its slots are as wide.
type Shared = (Subject, u64);

/// How many retries each slot has that is not over. There are as many as there are operations, and slots that lie ahead.
#[derive(Debug, Default)]
pub(super) struct Memory {
    loads: Mutex<HashMap<Shared, BTreeMap<u64, u32>>>,
}

impl Memory {
    pub(super) fn reserve(&self, subject: Subject, request: Request, now: i64) -> u64 {
        // The clock's zero may be anywhere; below it time only goes on.
        let now = now.abs_diff(i64::MIN);
        let mut loads = self.loads.lock().unwrap_or_else(PoisonError::into_inner);
        let loads = loads.entry((subject, request.width)).or_default();
        *loads = loads.split_off(&(now / request.width));
        let Place { slot, wait } = choose(request, now, |slot| loads.get(&slot).copied().unwrap_or(0));
        let load = loads.entry(slot).or_default();
        *load = load.saturating_add(1);
        wait
    }
}
