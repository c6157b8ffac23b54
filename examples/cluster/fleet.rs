//! The processes of a fleet: this program, started again.

use std::{env, error::Error, net::SocketAddr};

use tokio::process::{Child, Command};

use crate::PROCESSES;

/// They end with it.
pub(crate) struct Fleet(Vec<Child>);

impl Fleet {
    pub(crate) fn start(
        task: &str,
        upstream: SocketAddr,
        redis: Option<&str>,
    ) -> Result<Self, Box<dyn Error>> {
        let program = env::current_exe()?;
        let start = |_| {
            let mut command = Command::new(&program);
            command.args([task, &upstream.to_string()]).args(redis).kill_on_drop(true).spawn()
        };
        Ok(Self((0..PROCESSES).map(start).collect::<Result<_, _>>()?))
    }

    /// Until all have done their task.
    pub(crate) async fn wait(self) -> Result<(), Box<dyn Error>> {
        for mut process in self.0 {
            let status = process.wait().await?;
            if !status.success() {
                return Err(format!("a process of the fleet failed: {status}").into());
            }
        }
        Ok(())
    }
}
