//! Arms: what is adapted, how it starts and what trains, as one typed key from the command line to
//! the figure.
//!
//! The key says it all: `tune{A|B|AB}-{start}-r{rank}`, where the start is that of the factor that
//! does not begin at zero. `lora-r8` and `lora-fa-r8` are the field's names for `tuneAB-Akm-r8` and
//! `tuneB-Akm-r8`; an arm remembers which name it was asked for by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A way to fine-tune, and the name it was asked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Arm {
    kind: ArmKind,
    spelling: Spelling,
}

/// A way to fine-tune; the head always trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArmKind {
    /// A low-rank adapter on every target layer.
    LowRank {
        /// Which factors train.
        trains: Trains,
        /// How the factor that does not begin at zero starts.
        start: Start,
        /// Inner dimension of the product `B A`, at least 1.
        rank: usize,
    },
    /// AdaLoRA (Zhang et al., 2023).
    AdaLora,
    /// (IA)³ (Liu et al., 2022).
    Ia3,
    /// Every parameter trains.
    Full,
    /// The head alone trains.
    LinearProbe,
}

/// Which factors of a low-rank arm train.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trains {
    /// A alone.
    A,
    /// B alone.
    B,
    /// Both, as in LoRA.
    Both,
}

/// The factor that does not begin at zero, and how it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Start {
    /// A; B is zero.
    A(Init),
    /// B; A is zero.
    B(Init),
}

/// How a factor starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Init {
    /// Random orthonormal vectors (the paper's "rand").
    Orthonormal,
    /// Kaiming uniform, a = sqrt(5) (the paper's "km").
    Kaiming,
    /// Singular vectors of the pretrained weight: right ones for A ("V"), left for B ("U").
    SingularVectors,
    /// What the paper's released code computes for "V" and "U" (Deviation 2).
    SingularVectorsReleased,
}

/// The names of one kind of arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Spelling {
    Systematic,
    Lora,
    LoraFa,
}

/// The text is no arm.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ArmError {
    /// Not in the grammar.
    #[error("unknown arm `{0}`; arms are {GRAMMAR}")]
    Unknown(String),
    /// Rank 0 adapts nothing.
    #[error("arm `{0}`: rank must be at least 1, but is 0")]
    RankZero(String),
    /// The gradient of one factor is a product with the other: next to a frozen zero it stays zero.
    #[error("arm `{arm}` would never change: it trains {trains} beside a frozen {frozen} of zeros")]
    NeverChanges {
        /// The key.
        arm: String,
        /// The factor that would train.
        trains: char,
        /// The other one.
        frozen: char,
    },
}

const GRAMMAR: &str = "lora-r8, lora-fa-r8, tune{A|B|AB}-{A|B}{rand|km}-r{rank}, \
    tune{A|B|AB}-A{V|V-released}-r{rank}, tune{A|B|AB}-B{U|U-released}-r{rank}, \
    adalora, ia3, full, linear-probe";

impl Arm {
    /// LoRA: both factors train, A starts Kaiming uniform.
    pub fn lora(rank: usize) -> Self {
        Self {
            kind: ArmKind::LowRank {
                trains: Trains::Both,
                start: Start::A(Init::Kaiming),
                rank,
            },
            spelling: Spelling::Lora,
        }
    }

    /// What the key stands for. Arms of one kind are one run, whatever they are called.
    pub fn kind(self) -> ArmKind {
        self.kind
    }

    /// The arm under its systematic name: equal for arms of equal settings.
    pub fn canonical(self) -> Self {
        self.kind.into()
    }

    /// Whether both arms are the same settings, whatever they are called.
    pub fn is_same_as(self, other: Self) -> bool {
        self.kind == other.kind
    }

    /// Whether it is LoRA as Hu et al. (2022) have it, of any rank.
    pub fn is_lora(self) -> bool {
        matches!(
            self.kind,
            ArmKind::LowRank {
                trains: Trains::Both,
                start: Start::A(Init::Kaiming),
                ..
            }
        )
    }

    /// Rank of a low-rank arm.
    pub fn rank(self) -> Option<usize> {
        match self.kind {
            ArmKind::LowRank { rank, .. } => Some(rank),
            _ => None,
        }
    }

    /// The name in the paper's notation: a hat marks a factor that trains.
    pub fn label(self) -> String {
        let (trains, start, rank) = match self.kind {
            ArmKind::Full => return "Full fine-tuning".into(),
            ArmKind::LinearProbe => return "Linear probing".into(),
            ArmKind::AdaLora => return "AdaLoRA".into(),
            ArmKind::Ia3 => return "(IA)³".into(),
            ArmKind::LowRank {
                trains,
                start,
                rank,
            } => (trains, start, rank),
        };
        match self.spelling {
            Spelling::Lora => return format!("LoRA (r = {rank})"),
            Spelling::LoraFa => return format!("LoRA-FA (r = {rank})"),
            Spelling::Systematic => {}
        }
        let hat = |trains: bool| if trains { "\u{302}" } else { "" };
        let (a, b) = match start {
            Start::A(init) => (init.label(), "0"),
            Start::B(init) => ("0", init.label()),
        };
        format!(
            "B{}_{b} A{}_{a} (r = {rank})",
            hat(trains.b()),
            hat(trains.a())
        )
    }
}

impl Trains {
    /// Whether A trains.
    pub fn a(self) -> bool {
        self != Self::B
    }

    /// Whether B trains.
    pub fn b(self) -> bool {
        self != Self::A
    }
}

impl Init {
    fn label(self) -> &'static str {
        match self {
            Self::Orthonormal => "rand",
            Self::Kaiming => "km",
            Self::SingularVectors => "svd",
            Self::SingularVectorsReleased => "svd-released",
        }
    }
}

impl Start {
    /// Every start with its name in a key.
    const NAMES: [(Self, &'static str); 8] = [
        (Self::A(Init::Orthonormal), "Arand"),
        (Self::A(Init::Kaiming), "Akm"),
        (Self::A(Init::SingularVectors), "AV"),
        (Self::A(Init::SingularVectorsReleased), "AV-released"),
        (Self::B(Init::Orthonormal), "Brand"),
        (Self::B(Init::Kaiming), "Bkm"),
        (Self::B(Init::SingularVectors), "BU"),
        (Self::B(Init::SingularVectorsReleased), "BU-released"),
    ];
}

impl From<ArmKind> for Arm {
    fn from(kind: ArmKind) -> Self {
        Self {
            kind,
            spelling: Spelling::Systematic,
        }
    }
}

impl FromStr for Arm {
    type Err = ArmError;

    fn from_str(key: &str) -> Result<Self, ArmError> {
        let kind = match key {
            "full" => ArmKind::Full,
            "linear-probe" => ArmKind::LinearProbe,
            "adalora" => ArmKind::AdaLora,
            "ia3" => ArmKind::Ia3,
            _ => return low_rank(key),
        };
        Ok(kind.into())
    }
}

fn low_rank(key: &str) -> Result<Arm, ArmError> {
    let unknown = || ArmError::Unknown(key.to_owned());
    let (name, digits) = key.rsplit_once("-r").ok_or_else(unknown)?;
    // `+8` and `08` are numbers too, but not ranks that a key is written with.
    let rank: usize = digits.parse().map_err(|_| unknown())?;
    if rank.to_string() != digits {
        return Err(unknown());
    }
    let (spelling, trains, start) = match name {
        "lora" => (Spelling::Lora, Trains::Both, Start::A(Init::Kaiming)),
        "lora-fa" => (Spelling::LoraFa, Trains::B, Start::A(Init::Kaiming)),
        _ => {
            let (tune, start) = name.split_once('-').ok_or_else(unknown)?;
            let trains = match tune {
                "tuneA" => Trains::A,
                "tuneB" => Trains::B,
                "tuneAB" => Trains::Both,
                _ => return Err(unknown()),
            };
            let named = Start::NAMES.into_iter().find(|(_, name)| *name == start);
            let (start, _) = named.ok_or_else(unknown)?;
            (Spelling::Systematic, trains, start)
        }
    };
    if rank == 0 {
        return Err(ArmError::RankZero(key.to_owned()));
    }
    let never = |trains, frozen| ArmError::NeverChanges {
        arm: key.to_owned(),
        trains,
        frozen,
    };
    match (trains, start) {
        (Trains::A, Start::A(_)) => return Err(never('A', 'B')),
        (Trains::B, Start::B(_)) => return Err(never('B', 'A')),
        _ => {}
    }
    let kind = ArmKind::LowRank {
        trains,
        start,
        rank,
    };
    Ok(Arm { kind, spelling })
}

impl fmt::Display for Arm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trains, start, rank) = match self.kind {
            ArmKind::Full => return f.pad("full"),
            ArmKind::LinearProbe => return f.pad("linear-probe"),
            ArmKind::AdaLora => return f.pad("adalora"),
            ArmKind::Ia3 => return f.pad("ia3"),
            ArmKind::LowRank {
                trains,
                start,
                rank,
            } => (trains, start, rank),
        };
        let name = match self.spelling {
            Spelling::Lora => "lora".to_owned(),
            Spelling::LoraFa => "lora-fa".to_owned(),
            Spelling::Systematic => {
                let trains = match trains {
                    Trains::A => "A",
                    Trains::B => "B",
                    Trains::Both => "AB",
                };
                let named = Start::NAMES.into_iter().find(|(other, _)| *other == start);
                let (_, start) = named.expect("every start has a name");
                format!("tune{trains}-{start}")
            }
        };
        f.pad(&format!("{name}-r{rank}"))
    }
}

impl Serialize for Arm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Arm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = std::borrow::Cow::<str>::deserialize(deserializer)?;
        key.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(key: &str) -> Arm {
        key.parse().unwrap()
    }

    #[test]
    fn names_of_equal_settings_are_one_kind() {
        assert!(arm("lora-r8").is_same_as(arm("tuneAB-Akm-r8")));
        assert!(arm("lora-fa-r8").is_same_as(arm("tuneB-Akm-r8")));
        assert!(!arm("lora-r8").is_same_as(arm("lora-fa-r8")));
        assert_ne!(arm("lora-r8"), arm("tuneAB-Akm-r8"));
        assert_eq!(arm("lora-r8").canonical(), arm("tuneAB-Akm-r8"));
        assert_eq!(arm("lora-r8"), Arm::lora(8));
        assert!(arm("tuneAB-Akm-r4").is_lora() && !arm("tuneB-Akm-r4").is_lora());
    }

    #[test]
    fn a_key_is_printed_as_it_was_asked_for() {
        for key in [
            "lora-r8",
            "lora-fa-r16",
            "adalora",
            "ia3",
            "full",
            "linear-probe",
        ] {
            assert_eq!(arm(key).to_string(), key);
        }
        for trains in ["A", "B", "AB"] {
            for (_, start) in Start::NAMES {
                let key = format!("tune{trains}-{start}-r16");
                if !start.starts_with(trains) || trains == "AB" {
                    assert_eq!(arm(&key).to_string(), key);
                }
            }
        }
    }

    #[test]
    fn labels_are_in_the_papers_notation() {
        assert_eq!(arm("lora-r8").label(), "LoRA (r = 8)");
        assert_eq!(arm("tuneB-Arand-r8").label(), "B\u{302}_0 A_rand (r = 8)");
        assert_eq!(arm("tuneA-BU-r4").label(), "B_svd A\u{302}_0 (r = 4)");
        assert_eq!(
            arm("tuneAB-Bkm-r8").label(),
            "B\u{302}_km A\u{302}_0 (r = 8)"
        );
    }

    #[test]
    fn bad_keys_say_what_was_expected() {
        for key in [
            "lora",
            "tuneC-Arand-r8",
            "tuneB-AU-r8",
            "tuneB-Arand-rx",
            "lora-r",
            "lora-r+8",
            "lora-r08",
        ] {
            let error = key.parse::<Arm>().unwrap_err().to_string();
            assert!(error.contains("arms are"), "{error}");
        }
        let error = "lora-r0".parse::<Arm>().unwrap_err().to_string();
        assert!(error.contains("rank must be at least 1"), "{error}");
        let error = "tuneA-Arand-r8".parse::<Arm>().unwrap_err().to_string();
        assert!(error.contains("never change"), "{error}");
    }
}
