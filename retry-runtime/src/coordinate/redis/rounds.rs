//! The rounds of the coordinator's thread: it looks after the guards that processes share, as long as they are in use.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::time::timeout;

use super::Redis;
use crate::coordinate::{
    Coordinator, installed,
    shared::{BREAKERS, BUDGETS, Due},
};

/// How often it is asked for what became of breakers elsewhere, from one question to the next.
const LOOK: Duration = Duration::from_millis(200);

/// One installed coordinator: its answers are not taken for those of another.
#[derive(Clone)]
struct Session {
    own: Weak<Coordinator>,
    number: u64,
}

impl Redis {
    /// Looks after shared guards, until another coordinator is installed.
    pub(in crate::coordinate) fn share_guards(&self, own: &Arc<Coordinator>) {
        static NUMBER: AtomicU64 = AtomicU64::new(1);

        let session = Session { own: Arc::downgrade(own), number: NUMBER.fetch_add(1, Relaxed) };
        drop(self.link.spawn(look_after_breakers(session.clone())));
        drop(self.link.spawn(look_after_budgets(session)));
    }
}

impl Session {
    /// What all questions of a round are asked with, before any is awaited: they travel together. `None` once another
    /// coordinator is installed. (Nothing that is awaited keeps this one.)
    fn ask<T>(&self, questions: impl FnOnce(&Redis) -> T) -> Option<T> {
        let installed = installed()?;
        let is_own = std::ptr::eq(Arc::as_ptr(&installed), self.own.as_ptr());
        installed.redis.as_ref().filter(|_| is_own).map(questions)
    }
}

async fn look_after_breakers(session: Session) {
    loop {
        let began = Instant::now();
        let asked = session.ask(|redis| {
            let breakers = BREAKERS.all().into_iter();
            let asked = breakers.filter_map(|breaker| {
                let question = breaker.question(session.number, began)?;
                let answer = redis.look_at(breaker.name(), question);
                Some((breaker, question, answer))
            });
            asked.collect::<Vec<_>>()
        });
        let Some(asked) = asked else { break };
        let is_idle = asked.is_empty();
        for (breaker, question, answer) in asked {
            let told = answer.await;
            breaker.answered(question, told, Instant::now());
        }
        if is_idle {
            BREAKERS.hurried().await;
        } else {
            let pause = LOOK.saturating_sub(began.elapsed());
            // Whichever comes first.
            let _ = timeout(pause, BREAKERS.hurried()).await;
        }
    }
    // It may have been meant for the other.
    BREAKERS.hurry();
}

async fn look_after_budgets(session: Session) {
    loop {
        let now = Instant::now();
        let mut pause = None;
        let mut within = |pace: Duration| pause = Some(pause.map_or(pace, |pause: Duration| pause.min(pace)));
        let asked = session.ask(|redis| {
            let mut asked = Vec::new();
            for budget in BUDGETS.all() {
                match budget.due(session.number, now) {
                    Due::Now(report) => {
                        let answer = redis.report(&budget, report);
                        asked.push((budget, report, answer));
                    }
                    Due::Within(pace) => within(pace),
                    Due::OnceUsed => {}
                }
            }
            asked
        });
        let Some(asked) = asked else { break };
        for (budget, report, answer) in asked {
            let granted = answer.await;
            within(budget.answered(report, granted, now));
        }
        match pause {
            Some(pause) => drop(timeout(pause, BUDGETS.hurried()).await),
            None => BUDGETS.hurried().await,
        }
    }
    BUDGETS.hurry();
}
