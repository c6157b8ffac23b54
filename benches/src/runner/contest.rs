//! What two threads do at once, by the names of the command line.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contest {
    BudgetSuccess,
    BudgetFailure,
    BreakerSuccess,
    BreakerFailure,
}

impl Contest {
    pub(crate) const ALL: [Self; 4] =
        [Self::BudgetSuccess, Self::BudgetFailure, Self::BreakerSuccess, Self::BreakerFailure];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::BudgetSuccess => "budget-success",
            Self::BudgetFailure => "budget-failure",
            Self::BreakerSuccess => "breaker-success",
            Self::BreakerFailure => "breaker-failure",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::BudgetSuccess => "budgets, success at once",
            Self::BudgetFailure => "budgets, a failure then success",
            Self::BreakerSuccess => "breakers, success at once",
            Self::BreakerFailure => "breakers, a failure then success",
        }
    }
}
