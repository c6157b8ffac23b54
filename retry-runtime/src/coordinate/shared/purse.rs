//! What a process may spend of a budget that it shares: allowances that it was granted in advance, so that a retry need not
//! ask. No clock and no lock: it is told the time.

use std::time::{Duration, Instant};

/// How long an allowance may be spent, unless Redis prolongs it: what a process holds that died is nobody's for so long.
pub(crate) const LEASE: Duration = Duration::from_secs(3);
/// How long Redis may say nothing before a process goes by its own budget.
const SILENCE: Duration = Duration::from_secs(1);
/// How often Redis is told what happened: while retries are made, and while calls only succeed.
const OFTEN: Duration = Duration::from_millis(100);
const SELDOM: Duration = Duration::from_secs(1);

/// What became of a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Granted,
    Refused,
    /// Redis does not answer: the process goes by its own budget.
    Alone,
}

/// How much of the budget a process wants at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// A share, for the failures that may come.
    Quiet,
    /// More than it has: there were retries.
    Hungry,
    /// Nothing: there are no calls.
    Resting,
}

/// What Redis is told. All numbers are totals since the session began, so that an answer that is lost makes no difference;
/// `before` are those of the last one that was answered, for a Redis that has lost its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) session: u64,
    pub(crate) mood: Mood,
    pub(crate) granted: u64,
    pub(crate) used: u64,
    pub(crate) returned: u64,
    /// Calls, or tokens brought back.
    pub(crate) income: u64,
    pub(crate) before: Before,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Before {
    pub(crate) used: u64,
    pub(crate) income: u64,
    /// When that was, in milliseconds of the server's clock; zero for never.
    pub(crate) time: u64,
}

/// What Redis answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Granted {
    /// All that was granted in the session.
    pub(crate) total: u64,
    /// What a quiet process keeps.
    pub(crate) share: u64,
    /// What is left of the budget, whoever holds it.
    pub(crate) left: u64,
    pub(crate) time: u64,
}

/// What Redis has said so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Nothing yet: one retry may be made on credit. It is charged.
    New,
    /// Nothing yet, and it was made.
    InDebt,
    /// Nothing, when it was asked.
    Unanswered,
    /// What was granted may be spent, until then.
    Granted(Instant),
}

#[derive(Debug)]
pub(super) struct Purse {
    session: u64,
    granted: u64,
    used: u64,
    returned: u64,
    share: u64,
    left: u64,
    before: Before,
    standing: Standing,
    /// The first question that was not answered.
    silent_since: Option<Instant>,
    asked: Option<Instant>,
    is_hungry: bool,
    /// What the dearest retry costs that was refused since the last question.
    refused: u64,
    /// The last question brought nothing, for nothing is left.
    is_dry: bool,
    /// There were retries before the last question.
    is_spending: bool,
}

impl Purse {
    pub(super) const fn new() -> Self {
        Self::of(0, 0)
    }

    /// Counts from nothing.
    const fn of(session: u64, income: u64) -> Self {
        Self {
            session,
            granted: 0,
            used: 0,
            returned: 0,
            share: 0,
            left: 0,
            before: Before { used: 0, income, time: 0 },
            standing: Standing::New,
            silent_since: None,
            asked: None,
            is_hungry: false,
            refused: 0,
            is_dry: false,
            is_spending: false,
        }
    }

    /// Takes what a retry costs.
    pub(super) fn take(&mut self, cost: u64, now: Instant) -> Taken {
        if self.is_alone(now) {
            return Taken::Alone;
        }
        let is_granted = self.standing == Standing::New || self.held(now) >= cost;
        if is_granted {
            self.used += cost;
        }
        if self.standing == Standing::New {
            self.standing = Standing::InDebt;
        }
        if !is_granted {
            self.refused = self.refused.max(cost);
        }
        // In time, so that the next ones find some.
        self.is_hungry |= !is_granted || self.held(now) <= self.share / 2;
        if is_granted { Taken::Granted } else { Taken::Refused }
    }

    /// What is left of the budget, by the last that was heard of it.
    pub(super) fn balance(&mut self, now: Instant) -> Option<u64> {
        if !matches!(self.standing, Standing::Granted(_)) || self.is_alone(now) {
            return None;
        }
        Some(self.left.saturating_sub(self.used - self.before.used))
    }

    /// Whether more is to be asked for at once.
    pub(super) fn is_in_need(&self) -> bool {
        self.is_hungry && !self.is_dry
    }

    /// Whether it is time to report. The first answer is not awaited for as long as a second.
    pub(super) fn is_due(&self, session: u64, now: Instant) -> bool {
        self.session != session
            || self.is_in_need()
            || self.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= self.pace())
    }

    /// How long after a question the next one is asked, if nothing happens.
    pub(super) const fn pace(&self) -> Duration {
        let is_known = matches!(self.standing, Standing::Granted(_));
        if self.is_hungry || self.is_spending || !is_known { OFTEN } else { SELDOM }
    }

    /// What to tell Redis; it is asked now.
    pub(super) fn report(&mut self, session: u64, income: u64, is_resting: bool, now: Instant) -> Report {
        self.begin(session, income);
        let mood = match (is_resting, self.is_hungry) {
            (true, _) => Mood::Resting,
            (false, true) => Mood::Hungry,
            (false, false) => Mood::Quiet,
        };
        let kept = match mood {
            Mood::Resting => 0,
            // What does not pay for what is wanted may do so together with what others have left.
            Mood::Hungry if self.held(now) < self.refused => 0,
            Mood::Hungry => u64::MAX,
            Mood::Quiet => self.share,
        };
        // What may not be spent any more goes back with the rest.
        let held = self.granted.saturating_sub(self.used + self.returned);
        self.returned += held - self.held(now).min(kept);
        self.is_spending = self.used > self.before.used || self.is_hungry;
        (self.is_hungry, self.refused) = (false, 0);
        self.silent_since.get_or_insert(now);
        self.asked = Some(now);
        let Self { granted, used, returned, before, .. } = *self;
        Report { session, mood, granted, used, returned, income, before }
    }

    pub(super) fn answered(&mut self, report: Report, answer: Option<Granted>, asked: Instant) {
        if report.session != self.session {
            return;
        }
        let Some(answer) = answer else {
            if !matches!(self.standing, Standing::Granted(_)) {
                self.standing = Standing::Unanswered;
            }
            return;
        };
        self.is_dry = report.mood == Mood::Hungry && answer.total == report.granted;
        (self.granted, self.share, self.left) = (answer.total, answer.share, answer.left);
        self.before = Before { used: report.used, income: report.income, time: answer.time };
        self.silent_since = None;
        (self.standing, self.asked) = match report.mood {
            Mood::Resting => (Standing::New, None),
            Mood::Quiet | Mood::Hungry => (Standing::Granted(asked + LEASE), Some(asked)),
        };
    }

    /// The income before is not told, for nobody knows when it was; what was made on credit before the first question is.
    fn begin(&mut self, session: u64, income: u64) {
        if self.session == 0 {
            self.session = session;
            self.before.income = income;
        } else if self.session != session {
            *self = Self::of(session, income);
        }
    }

    /// What may be spent.
    fn held(&self, now: Instant) -> u64 {
        if self.is_over(now) { 0 } else { self.granted.saturating_sub(self.used + self.returned) }
    }

    /// Whether nothing that was granted may be spent.
    fn is_over(&self, now: Instant) -> bool {
        !matches!(self.standing, Standing::Granted(until) if now < until)
    }

    fn is_alone(&mut self, now: Instant) -> bool {
        if self.is_over(now) {
            // An answer is overdue, whether or not anybody asked.
            self.silent_since.get_or_insert(now);
        }
        let is_silent =
            self.silent_since.is_some_and(|since| now.saturating_duration_since(since) >= SILENCE);
        is_silent || self.standing == Standing::Unanswered
    }
}

#[cfg(test)]
mod tests;
