//! The strategies: one function each, the same but for its attribute. They differ from the preset `http` (five
//! attempts, the first wait 1 s, the factor 2) in what they name.

use retry_runtime::retry;

use crate::{
    process::Process,
    scenario::PATIENCE,
    server::{ApiError, Server},
};

type Answer = Result<(), ApiError>;

#[retry(http, max_attempts = 1, attempt_timeout = PATIENCE)]
async fn no_retry(server: &Server) -> Answer {
    server.request().await
}

#[retry(http, backoff = constant, jitter = none, attempt_timeout = PATIENCE)]
async fn fixed_delay(server: &Server) -> Answer {
    server.request().await
}

#[retry(http, jitter = none, attempt_timeout = PATIENCE)]
async fn no_jitter(server: &Server) -> Answer {
    server.request().await
}

#[retry(http, jitter = 0.1, attempt_timeout = PATIENCE)]
async fn jitter_of_a_tenth(server: &Server) -> Answer {
    server.request().await
}

#[retry(http, jitter = equal, attempt_timeout = PATIENCE)]
async fn equal_jitter(server: &Server) -> Answer {
    server.request().await
}

#[retry(http, jitter = decorrelated, attempt_timeout = PATIENCE)]
async fn decorrelated_jitter(server: &Server) -> Answer {
    server.request().await
}

#[retry(http, jitter = full, attempt_timeout = PATIENCE)]
async fn full_jitter(server: &Server) -> Answer {
    server.request().await
}

#[retry(http, jitter = full, attempt_timeout = PATIENCE, budget = process.budget)]
async fn budget(server: &Server, process: &Process) -> Answer {
    server.request().await
}

#[retry(http, jitter = full, attempt_timeout = PATIENCE, adaptive = process.rate)]
async fn adaptive(server: &Server, process: &Process) -> Answer {
    server.request().await
}

#[retry(http, jitter = full, attempt_timeout = PATIENCE, circuit_breaker = process.breaker)]
async fn breaker(server: &Server, process: &Process) -> Answer {
    server.request().await
}

#[retry(
    http,
    jitter = full,
    attempt_timeout = PATIENCE,
    budget = process.budget,
    circuit_breaker = process.breaker
)]
async fn budget_and_breaker(server: &Server, process: &Process) -> Answer {
    server.request().await
}

/// What a client does that gets no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    NoRetry,
    FixedDelay,
    NoJitter,
    JitterOfATenth,
    EqualJitter,
    DecorrelatedJitter,
    FullJitter,
    Budget,
    Adaptive,
    Breaker,
    BudgetAndBreaker,
}

impl Strategy {
    pub(crate) const ALL: [Self; 11] = [
        Self::NoRetry,
        Self::FixedDelay,
        Self::NoJitter,
        Self::JitterOfATenth,
        Self::EqualJitter,
        Self::DecorrelatedJitter,
        Self::FullJitter,
        Self::Budget,
        Self::Adaptive,
        Self::Breaker,
        Self::BudgetAndBreaker,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::NoRetry => "no retry",
            Self::FixedDelay => "fixed delay",
            Self::NoJitter => "exponential",
            Self::JitterOfATenth => "jitter = 0.1",
            Self::EqualJitter => "jitter = equal",
            Self::DecorrelatedJitter => "jitter = decorrelated",
            Self::FullJitter => "jitter = full",
            Self::Budget => "full + budget",
            Self::Adaptive => "full + adaptive rate",
            Self::Breaker => "full + breaker",
            Self::BudgetAndBreaker => "full + budget + breaker",
        }
    }

    pub(crate) async fn call(self, server: &Server, process: &Process) -> Answer {
        match self {
            Self::NoRetry => no_retry(server).await,
            Self::FixedDelay => fixed_delay(server).await,
            Self::NoJitter => no_jitter(server).await,
            Self::JitterOfATenth => jitter_of_a_tenth(server).await,
            Self::EqualJitter => equal_jitter(server).await,
            Self::DecorrelatedJitter => decorrelated_jitter(server).await,
            Self::FullJitter => full_jitter(server).await,
            Self::Budget => budget(server, process).await,
            Self::Adaptive => adaptive(server, process).await,
            Self::Breaker => breaker(server, process).await,
            Self::BudgetAndBreaker => budget_and_breaker(server, process).await,
        }
    }
}
