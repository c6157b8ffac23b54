//! Calls whose round trips to a coordinator are counted, by the names of the command line.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trips {
    BlockingSuccess,
    AsyncSuccess,
    BlockingRetry,
    AsyncRetry,
}

impl Trips {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::BlockingSuccess => "blocking-success",
            Self::AsyncSuccess => "async-success",
            Self::BlockingRetry => "blocking-retry",
            Self::AsyncRetry => "async-retry",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::BlockingSuccess => "blocking, success at once",
            Self::AsyncSuccess => "async, success at once",
            Self::BlockingRetry => "blocking, a retry",
            Self::AsyncRetry => "async, a retry",
        }
    }
}
