//! Cleans up after a server, also after a test process that was killed.
//!
//! The guard is a shell in a process group of its own that reads from a pipe. The pipe ends when the
//! [`Guard`] is dropped or when the test process is gone, for whatever reason: `Drop` need not have run.
//! Then it kills what is still there and removes the directory. (`PR_SET_PDEATHSIG` would kill a server
//! as soon as the *thread* that started it ends, would miss its children, and removes nothing.)

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Mutex, PoisonError},
};

use rustix::process::Pid;

use super::process;

/// `$1`: where to make the directory; `$2`: whose it is, if not ours.
///
/// `postmaster.pid` names the one thing that a killed Postgres leaves outside its directory: in line 7,
/// the System V shared memory segment with which it makes sure to be alone.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
directory=$(mktemp -d "$1/retry-tests-XXXXXXXX") || exit
if [ -n "$2" ]; then chown "$2:" "$directory" || exit; fi
echo "$directory"
exec >/dev/null 2>&1

group=
while read -r line; do group=$line; done
if [ -n "$group" ]; then kill -s KILL -- "-$group"; fi

segment=$(sed -n '7s/.* //p' "$directory/data/postmaster.pid")
if [ -n "$segment" ]; then ipcrm -m "$segment"; fi

# What was killed a moment ago may still write.
tries=0
until rm -rf -- "$directory" || [ "$((tries += 1))" -gt 100 ]; do sleep 0.05; done
"#;

/// The guard of a directory and of the process group that works in it.
#[derive(Debug)]
pub(super) struct Guard {
    directory: PathBuf,
    shell: Child,
    pipe: Mutex<Option<ChildStdin>>,
}

impl Guard {
    /// Makes a directory that belongs to `owner`, or to the current user.
    pub(super) fn new(owner: Option<&str>) -> Self {
        let mut shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "guard"])
            .arg(std::env::temp_dir())
            .arg(owner.unwrap_or_default())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("start /bin/sh");
        let pipe = Mutex::new(shell.stdin.take());
        let mut directory = String::new();
        BufReader::new(shell.stdout.take().expect("is piped"))
            .read_line(&mut directory)
            .expect("read the directory's name");
        let directory = PathBuf::from(directory.trim_end());
        assert!(directory.is_dir(), "no temporary directory for {owner:?} was made: see above");
        Self { directory, shell, pipe }
    }

    /// The directory.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Tells it what to kill from now on.
    pub(super) fn watch(&self, group: Option<Pid>) {
        let line = group.map_or_else(|| "\n".into(), |group| format!("{}\n", group.as_raw_nonzero()));
        let mut pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        pipe.as_mut().expect("open until drop").write_all(line.as_bytes()).expect("the guard reads");
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        *self.pipe.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        process::reap(&mut self.shell);
    }
}
