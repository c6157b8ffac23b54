//! Two limits at once: which of them ends the call, and what that says.

mod adaptive;
mod attempts;
mod breaker;
mod budget;
mod locked;
mod time;
