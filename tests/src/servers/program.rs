//! Finds the programs that Debian installs, some of them off the path.

use std::{env, path::PathBuf};

/// The path that servers run with; a plain user's lacks those where Debian keeps them.
pub(super) const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Finds a program in `directory` or on the path.
///
/// # Panics
/// When it is not installed, naming the Debian package: a test that cannot run has not passed.
pub(super) fn find(name: &str, directory: Option<PathBuf>, package: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    directory
        .into_iter()
        .chain(env::split_paths(SYSTEM_PATH))
        .chain(env::split_paths(&path))
        .map(|directory| directory.join(name))
        .find(|program| program.is_file())
        .unwrap_or_else(|| {
            panic!("{name} is not installed: `tests/run` installs it, or `apt-get install {package}`")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "`apt-get install some-package`")]
    fn a_missing_program_names_its_package() {
        find("no-such-program", None, "some-package");
    }
}
