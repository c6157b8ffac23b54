//! Ours with features that a call should not notice: what each of them may add to it.

use crate::{
    contestants::{OURS_WITH_COORDINATION, OURS_WITH_FEATURES, OURS_WITH_SETTINGS, OURS_WITH_SETTINGS_READ},
    measurement::Measurement,
    scenario::Scenario,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// Those of all clients.
    Features,
    /// Coordination that nothing installed.
    Coordinate,
    /// Settings that nothing has read.
    Settings,
    /// Settings that were read.
    SettingsRead,
}

impl Variant {
    pub(crate) const ALL: [Self; 4] = [Self::Features, Self::Coordinate, Self::Settings, Self::SettingsRead];

    /// Whose figures are its own.
    pub(crate) const fn contestant(self) -> &'static str {
        match self {
            Self::Features => OURS_WITH_FEATURES,
            Self::Coordinate => OURS_WITH_COORDINATION,
            Self::Settings => OURS_WITH_SETTINGS,
            Self::SettingsRead => OURS_WITH_SETTINGS_READ,
        }
    }

    /// Its column.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Features => "with features",
            Self::Coordinate => "coordinate",
            Self::Settings => "with settings",
            Self::SettingsRead => "settings read",
        }
    }

    /// How much dearer a call may be than without. (A tenth more or less is the program's start.)
    pub(crate) const fn may_add(self, measurement: Measurement) -> f64 {
        match (self, measurement) {
            // A second place to be suspended at, which a call that is dropped asks about.
            (
                Self::Coordinate,
                Measurement::Instructions(Scenario::AsyncSuccess | Scenario::AsyncRecovery),
            ) => 20.0,
            (Self::Features | Self::Coordinate, _) => 0.0,
            // The mark that nothing is known lies a word further away.
            (_, Measurement::Instructions(Scenario::BlockingSuccess | Scenario::AsyncSuccess)) => 1.2,
            // The policy, which is kept.
            (_, Measurement::Future) => 8.0,
            (Self::Settings, Measurement::Instructions(_)) => 17.0,
            // Once a call, its policy is looked up.
            (Self::SettingsRead, Measurement::Instructions(_)) => 200.0,
            _ => 0.0,
        }
    }
}
