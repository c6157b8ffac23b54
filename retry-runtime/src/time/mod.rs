//! Time limits of async calls: how long an attempt may take, and when the call is over.

mod deadline;
mod within;

pub use self::{
    deadline::{Deadline, Moment},
    within::{Limit, Within, within},
};
