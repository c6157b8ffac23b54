//! The example itself.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
};

use retry_tests::example;

/// The running example. Its upstream is up.
pub(crate) struct Shop {
    shell: Child,
    /// When it ends, be it that this process was killed, the example is told to end (`SIGINT`, as by Ctrl-C).
    pipe: Option<ChildStdin>,
    /// `127.0.0.1:…`
    pub(crate) address: String,
    state: String,
}

/// `$1`: the example. Its output ends with it, and not with the shell.
const SCRIPT: &str = r#"
"$1" </dev/null &
exec >/dev/null
read -r _
kill -s INT $!
wait $!
"#;

impl Shop {
    pub(crate) fn start() -> Self {
        let mut shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "shop"])
            .arg(example::build("monitoring"))
            .envs([("LISTEN", "127.0.0.1:0"), ("UPSTREAM", "127.0.0.1:0"), ("RUST_LOG", "error")])
            .env_remove("CALLS_PER_SECOND")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let pipe = shell.stdin.take();
        let mut lines = BufReader::new(shell.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut url = |name: &str| {
            let line = lines.next().expect("the example started");
            let url = line.strip_prefix(name).unwrap_or_else(|| panic!("{line}")).trim().to_owned();
            url.strip_prefix("http://").unwrap().to_owned()
        };
        let address = url("shop").strip_suffix("/metrics").unwrap().to_owned();
        let state = format!("http://{}", url("upstream"));
        // It logs there: nobody shall wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { shell, pipe, address, state }
    }

    /// Sets the health of its upstream: `up`, `flaky` or `down`.
    pub(crate) fn upstream_is(&self, state: &'static str) {
        let client = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
        client.put(&self.state).body(state).send().unwrap().error_for_status().unwrap();
    }

    /// Ends it as Ctrl-C does.
    pub(crate) fn stop(mut self) -> ExitStatus {
        drop(self.pipe.take());
        self.shell.wait().unwrap()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.shell.wait();
    }
}
