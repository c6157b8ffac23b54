//! What coordinates this process.

use std::{env, time::Duration};

use retry_runtime::coordinate::{self, redis};

/// As the arguments say.
pub(crate) struct Coordination {
    kind: String,
    rest: Vec<String>,
    namespace: String,
    timeout: Option<Duration>,
    traces: bool,
}

impl Coordination {
    pub(crate) fn of_arguments() -> Self {
        let mut arguments = env::args().skip(1);
        let kind = arguments.next().expect("a kind of coordinator");
        let mut all =
            Self { kind, rest: Vec::new(), namespace: "test".to_owned(), timeout: None, traces: false };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--namespace" => all.namespace = arguments.next().expect("a name"),
                "--timeout" => {
                    let millis = arguments.next().and_then(|millis| millis.parse().ok());
                    all.timeout = Some(Duration::from_millis(millis.expect("milliseconds")));
                }
                "--trace" => all.traces = true,
                _ => all.rest.push(argument),
            }
        }
        all
    }

    pub(crate) const fn traces(&self) -> bool {
        self.traces
    }

    pub(crate) fn install(&self) {
        let mut options = redis::Options::default().namespace(&self.namespace);
        if let Some(limit) = self.timeout {
            options = options.timeout(limit);
        }
        let urls = || self.rest.iter().map(String::as_str);
        let coordinator = match self.kind.as_str() {
            "none" => return,
            "memory" => Ok(coordinate::memory()),
            "redis" => options.connect(&self.rest[0]),
            "sentinel" => options.connect_sentinel(urls().take(1), &self.rest[1]),
            "cluster" => options.connect_cluster(urls()),
            other => panic!("no such coordinator: {other}"),
        };
        match coordinator {
            Ok(coordinator) => {
                if self.traces {
                    println!("{coordinator:?}");
                }
                coordinator.install();
            }
            Err(error) => println!("{error} {error:?}"),
        }
    }
}
