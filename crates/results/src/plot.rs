//! The plots that a table asks for.

use std::fmt;
use std::str::FromStr;

use crate::arm::Arm;

/// A plot of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plot {
    /// Every arm and column, ours beside the paper's.
    Dots,
    /// Each arm's difference to one of them, ours beside the paper's.
    Claims {
        /// That arm, under any of its names.
        against: Arm,
    },
    /// In domain against out of domain, one point an arm, a panel a group.
    Scatter,
    /// One bar an arm for what is lost in and out of domain, and how often an arm that trains one factor loses less than `against`.
    Gaps {
        /// The arm to compare with, under any of its names.
        against: Arm,
    },
}

/// `dots`, `claims:lora-r8`, `scatter` or `gaps:lora-r8`.
impl fmt::Display for Plot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dots => f.write_str("dots"),
            Self::Claims { against } => write!(f, "claims:{against}"),
            Self::Scatter => f.write_str("scatter"),
            Self::Gaps { against } => write!(f, "gaps:{against}"),
        }
    }
}

/// The text is no plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `dots`, `claims:ARM`, `scatter` or `gaps:ARM`")]
pub struct UnknownPlot;

impl FromStr for Plot {
    type Err = UnknownPlot;

    fn from_str(text: &str) -> Result<Self, UnknownPlot> {
        let (kind, arm) = text
            .split_once(':')
            .map_or((text, None), |(kind, arm)| (kind, Some(arm)));
        let against = arm.map(str::parse).transpose().map_err(|_| UnknownPlot)?;
        match (kind, against) {
            ("dots", None) => Ok(Self::Dots),
            ("claims", Some(against)) => Ok(Self::Claims { against }),
            ("scatter", None) => Ok(Self::Scatter),
            ("gaps", Some(against)) => Ok(Self::Gaps { against }),
            _ => Err(UnknownPlot),
        }
    }
}
