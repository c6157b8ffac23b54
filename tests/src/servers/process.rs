//! A process group: started, paused, stopped, killed, and watched from the start by a guard.

use std::{
    fs::File,
    io::{self, Write},
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::guard::Guard;

/// How long anything may take on a busy machine: a limit, never a measure.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Becomes the program only after the guard knows its group: if the test process is killed before that,
/// `read` meets the end of the pipe instead.
const WAIT_FOR_GUARD: &str = r#"read -r go && exec "$@" </dev/null"#;

/// A program and its children.
#[derive(Debug)]
pub(super) struct Process {
    leader: Child,
    group: Pid,
}

impl Process {
    /// Starts `command`; `log` takes what it prints.
    pub(super) fn start(command: &Command, log: &File, guard: &Guard) -> Self {
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", WAIT_FOR_GUARD, "start"])
            .arg(command.get_program())
            .args(command.get_args())
            // What the developer has set for clients and servers of their own is none of its business.
            .env_clear()
            .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .current_dir(guard.directory())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("one more descriptor"))
            .stderr(log.try_clone().expect("one more descriptor"));
        let mut leader = shell.spawn().expect("start /bin/sh");
        let group = Pid::from_child(&leader);
        guard.watch(Some(group));
        leader.stdin.take().expect("is piped").write_all(b"go\n").expect("the shell reads");
        Self { leader, group }
    }

    /// Whether it has ended, and how.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.leader.try_wait().expect("a child of ours")
    }

    /// Waits until it has ended by itself.
    pub(super) fn wait(mut self) -> ExitStatus {
        self.leader.wait().expect("a child of ours")
    }

    /// Asks it to end and waits until it and its children have.
    ///
    /// Fails when it does not.
    pub(super) fn stop(mut self, signal: Signal) -> Result<(), StillRunning> {
        self.signal_group(Signal::CONT);
        if self.ended().is_none() {
            // It has not been waited for: the number is still its own.
            let _ = kill_process(self.group, signal);
        }
        let stopped = poll(|| self.ended().is_some());
        self.kill();
        if stopped { Ok(()) } else { Err(StillRunning) }
    }

    /// Kills it and its children, and waits until they are gone.
    pub(super) fn kill(mut self) {
        let family = self.freeze();
        self.signal(&family, Signal::KILL);
        reap(&mut self.leader);
        poll(|| family.iter().all(|member| !Member::all().contains(member)));
    }

    /// Stops all in their tracks: they neither answer nor close anything.
    pub(super) fn pause(&self) {
        self.freeze();
    }

    /// Undoes [`pause`](Self::pause).
    pub(super) fn resume(&self) {
        self.signal(&self.family(), Signal::CONT);
    }

    /// Stops all, and says who they are: who is frozen has no further children.
    fn freeze(&self) -> Vec<Member> {
        let mut family = Vec::new();
        poll(|| {
            family = self.family();
            self.signal(&family, Signal::STOP);
            family.iter().all(|member| member.state == 'T')
        });
        family
    }

    /// The group, and the children that left it: each backend of Postgres makes a group of its own.
    fn family(&self) -> Vec<Member> {
        let (mut family, mut others): (Vec<_>, Vec<_>) =
            Member::all().into_iter().partition(|member| member.group == raw(self.group));
        loop {
            let is_child = |member: &Member| family.iter().any(|parent| parent.pid == member.parent);
            let (children, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(is_child);
            if children.is_empty() {
                return family;
            }
            family.extend(children);
            others = rest;
        }
    }

    fn signal(&self, family: &[Member], signal: Signal) {
        self.signal_group(signal);
        for pid in family.iter().filter_map(|member| Pid::from_raw(member.pid)) {
            let _ = kill_process(pid, signal);
        }
    }

    fn signal_group(&self, signal: Signal) {
        // Fails only when nobody is left to take it.
        let _ = kill_process_group(self.group, signal);
    }
}

/// A process did not end when it was asked to.
#[derive(Debug)]
pub(super) struct StillRunning;

/// Waits for a child that is ending.
pub(super) fn reap(child: &mut Child) {
    // Nothing to wait for if somebody else did.
    let _ = child.wait();
}

/// Asks again and again until the answer is yes; says whether it came within [`PATIENCE`].
pub(super) fn poll(mut done: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if done() {
            return true;
        }
        if start.elapsed() > PATIENCE {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// A living process.
#[derive(Debug)]
struct Member {
    pid: i32,
    state: char,
    parent: i32,
    group: i32,
    /// In ticks since the machine's start: with the number, it says who this is.
    started: u64,
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        (self.pid, self.started) == (other.pid, other.started)
    }
}

impl Member {
    /// All there are. One that nobody waits for (the first process of a container may not) is dead all the same.
    fn all() -> Vec<Self> {
        std::fs::read_dir("/proc")
            .expect("/proc is mounted")
            .filter_map(|entry| Self::parse(&stat(entry.ok()?).ok()?))
            .filter(|member| !matches!(member.state, 'Z' | 'X'))
            .collect()
    }

    /// `<pid> (the name, which may hold anything) S <parent> <group> …`, see proc(5).
    fn parse(stat: &str) -> Option<Self> {
        let (pid, rest) = stat.split_once(' ')?;
        let fields: Vec<&str> = rest.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse().ok();
        Some(Self {
            pid: pid.parse().ok()?,
            state: fields.first()?.chars().next()?,
            parent: number(1)?,
            group: number(2)?,
            started: fields.get(19)?.parse().ok()?,
        })
    }
}

fn raw(pid: Pid) -> i32 {
    pid.as_raw_nonzero().get()
}

#[expect(clippy::needless_pass_by_value, reason = "reads in one line where it is used")]
fn stat(entry: std::fs::DirEntry) -> io::Result<String> {
    std::fs::read_to_string(entry.path().join("stat"))
}
