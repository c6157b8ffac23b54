//! The calls that a contestant's program can make, by the names of its command line.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    BlockingSuccess,
    BlockingRecovery,
    AsyncSuccess,
    AsyncRecovery,
    /// Tokio's timer rounds even a delay of zero up to a millisecond: whoever asks it waits.
    AsWritten,
}

impl Scenario {
    pub(crate) const ALL: [Self; 5] = [
        Self::BlockingSuccess,
        Self::BlockingRecovery,
        Self::AsyncSuccess,
        Self::AsyncRecovery,
        Self::AsWritten,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::BlockingSuccess => "blocking-success",
            Self::BlockingRecovery => "blocking-recovery",
            Self::AsyncSuccess => "async-success",
            Self::AsyncRecovery => "async-recovery",
            Self::AsWritten => "async-recovery-as-written",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::BlockingSuccess => "blocking, success at once",
            Self::BlockingRecovery => "blocking, two failures then success, zero delay",
            Self::AsyncSuccess => "async, success at once",
            Self::AsyncRecovery => "async, two failures then success, without a timer",
            Self::AsWritten => "async, two failures then success, zero delay as written",
        }
    }
}
