//! Budgets of all processes that use a Redis.

use std::sync::LazyLock;

use ::redis::{Script, Value};

use super::{Redis, key::beside, link::Question};
use crate::coordinate::shared::{Figures, Granted, LEASE, Mood, Report, SharedBudget};

static BUDGET: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("budget.lua")));

impl Redis {
    /// Says what became of allowances, and asks for more; `None` where Redis does not answer.
    pub(super) fn report(
        &self,
        budget: &SharedBudget,
        report: Report,
    ) -> impl Future<Output = Option<Granted>> + Send + use<> {
        let answer = self.link.ask(self.report_of(budget, report));
        async move { granted(&answer.await?) }
    }

    fn report_of(&self, budget: &SharedBudget, report: Report) -> Question {
        let name = budget.name().as_bytes();
        // Windows of different lengths have no slots in common.
        let key = match budget.figures() {
            Figures::Ratio { window, .. } => {
                self.names.key("budget", &[name, b"ratio", &window.to_le_bytes()])
            }
            Figures::Tokens { .. } => self.names.key("budget", &[name, b"tokens"]),
        };
        Question {
            script: &BUDGET,
            keys: {
                let (leases, members) = (beside(&key, "leases"), beside(&key, "members"));
                vec![key, leases, members]
            },
            arguments: arguments(budget, report),
        }
    }
}

fn arguments(budget: &SharedBudget, report: Report) -> Vec<Vec<u8>> {
    let Report { granted, used, returned, income, before, .. } = report;
    let mood = match report.mood {
        Mood::Quiet => "quiet",
        Mood::Hungry => "hungry",
        Mood::Resting => "resting",
    };
    let number = |number: u64| number.to_string();
    let mut arguments = vec![format!("{:016x}", budget.member())];
    arguments.extend([granted, used, returned, income, before.used, before.income, before.time].map(number));
    arguments.extend([mood.to_owned(), LEASE.as_millis().to_string()]);
    match budget.figures() {
        Figures::Ratio { window, millionths, per_second } => {
            arguments.push("ratio".to_owned());
            arguments.extend([window, millionths, per_second.into()].map(number));
        }
        Figures::Tokens { capacity, unit } => {
            arguments.push("tokens".to_owned());
            arguments.extend([capacity.into(), unit.into()].map(number));
        }
    }
    arguments.into_iter().map(String::into_bytes).collect()
}

fn granted(answer: &Value) -> Option<Granted> {
    let (total, share, left, time): (u64, u64, u64, u64) = ::redis::from_redis_value_ref(answer).ok()?;
    Some(Granted { total, share, left, time })
}
