//! The arms of the experiments: what is adapted, how it starts, what trains.

use std::fmt;

use adapters::{
    Adaptable, FactorInit, LoraConfig, MaskStream, Trains, adapt, train_adapters_and, train_all,
};
use anyhow::{Result, bail};
use burn::module::Module;
use serde::Serialize;

/// A way to fine-tune; the head always trains.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// A low-rank adapter on every target layer.
    LowRank(LoraConfig),
    /// Every parameter trains.
    Full,
    /// The head alone trains.
    LinearProbe,
    /// AdaLoRA; its row is shown, it does not run yet.
    AdaLora,
    /// IA3; its row is shown, it does not run yet.
    Ia3,
}

impl Method {
    /// The model ready to train: the adapters are in place, what should not train is frozen, and
    /// whatever lies below `head` trains.
    ///
    /// # Errors
    /// Adapters that do not fit the model, or a method that cannot be trained yet.
    pub fn prepare<M: Module + Adaptable>(
        &self,
        mut model: M,
        targets: &[impl AsRef<str>],
        head: &str,
        seed: u64,
        masks: &MaskStream,
    ) -> Result<M> {
        let model = match self {
            Self::LowRank(config) => {
                let targets: Vec<&str> = targets.iter().map(AsRef::as_ref).collect();
                adapt(&mut model, config, &targets, seed, masks)?;
                train_adapters_and(model, &[head])
            }
            Self::LinearProbe => train_adapters_and(model, &[head]),
            Self::Full => train_all(model),
            Self::AdaLora | Self::Ia3 => bail!("this arm does not run yet"),
        };
        Ok(model.train())
    }

    /// Whether this program can train it.
    pub fn can_run(&self) -> bool {
        !matches!(self, Self::AdaLora | Self::Ia3)
    }
}

/// A named method.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The name it was asked for by, such as `tuneB-Arand-r8`.
    pub key: String,
    /// What the name stands for. Arms of equal methods share their runs.
    pub method: Method,
}

const GRAMMAR: &str = "lora-r8, lora-fa-r8, tune{A|B|AB}-{A|B}{rand|km}-r{rank}, \
    tune{A|B|AB}-A{V|V-released}-r{rank}, tune{A|B|AB}-B{U|U-released}-r{rank}, \
    adalora, ia3, full, linear-probe";

impl Arm {
    /// Reads a key; `dropout` is the adapter's (the keys do not carry it).
    ///
    /// # Errors
    /// An unknown key, rank 0, or a combination in which nothing could ever change.
    pub fn parse(key: &str, dropout: f64) -> Result<Self> {
        let method = match key {
            "full" => Method::Full,
            "linear-probe" => Method::LinearProbe,
            "adalora" => Method::AdaLora,
            "ia3" => Method::Ia3,
            _ => Method::LowRank(parse_low_rank(key)?.with_dropout(dropout)),
        };
        if let Method::LowRank(config) = &method {
            config
                .validate()
                .map_err(|error| anyhow::anyhow!("arm `{key}`: {error}"))?;
        }
        Ok(Self {
            key: key.to_owned(),
            method,
        })
    }

    /// The name in the paper's notation: a hat marks a factor that trains.
    pub fn label(&self) -> String {
        let config = match &self.method {
            Method::Full => return "Full fine-tuning".into(),
            Method::LinearProbe => return "Linear probing".into(),
            Method::AdaLora => return "AdaLoRA".into(),
            Method::Ia3 => return "(IA)³".into(),
            Method::LowRank(config) => config,
        };
        let rank = config.rank;
        if self.key.starts_with("lora-fa") {
            return format!("LoRA-FA (r = {rank})");
        }
        if self.key.starts_with("lora") {
            return format!("LoRA (r = {rank})");
        }
        let hat = |trains: bool| if trains { "\u{302}" } else { "" };
        format!(
            "B{}_{} A{}_{} (r = {rank})",
            hat(config.trains.b()),
            init_name(config.b),
            hat(config.trains.a()),
            init_name(config.a),
        )
    }
}

impl fmt::Display for Arm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)
    }
}

fn init_name(init: FactorInit) -> &'static str {
    match init {
        FactorInit::Zero => "0",
        FactorInit::Orthonormal => "rand",
        FactorInit::KaimingUniform => "km",
        FactorInit::SingularVectors => "svd",
        FactorInit::SingularVectorsReleased => "svd-released",
    }
}

fn parse_low_rank(key: &str) -> Result<LoraConfig> {
    let unknown = || anyhow::anyhow!("unknown arm `{key}`; arms are {GRAMMAR}");
    let (name, rank) = key.rsplit_once("-r").ok_or_else(unknown)?;
    let rank: usize = rank.parse().map_err(|_| unknown())?;
    let (trains, start) = match name {
        "lora" => (Trains::Both, "Akm"),
        "lora-fa" => (Trains::B, "Akm"),
        _ => {
            let (tune, start) = name.split_once('-').ok_or_else(unknown)?;
            let trains = match tune {
                "tuneA" => Trains::A,
                "tuneB" => Trains::B,
                "tuneAB" => Trains::Both,
                _ => return Err(unknown()),
            };
            (trains, start)
        }
    };
    let (a, b) = match start {
        "Arand" => (FactorInit::Orthonormal, FactorInit::Zero),
        "Akm" => (FactorInit::KaimingUniform, FactorInit::Zero),
        "AV" => (FactorInit::SingularVectors, FactorInit::Zero),
        "AV-released" => (FactorInit::SingularVectorsReleased, FactorInit::Zero),
        "Brand" => (FactorInit::Zero, FactorInit::Orthonormal),
        "Bkm" => (FactorInit::Zero, FactorInit::KaimingUniform),
        "BU" => (FactorInit::Zero, FactorInit::SingularVectors),
        "BU-released" => (FactorInit::Zero, FactorInit::SingularVectorsReleased),
        _ => return Err(unknown()),
    };
    // The gradient of one factor is a product with the other: next to a frozen zero it stays zero.
    match (trains, a, b) {
        (Trains::A, _, FactorInit::Zero) => {
            bail!("arm `{key}` would never change: it trains A beside a frozen B of zeros")
        }
        (Trains::B, FactorInit::Zero, _) => {
            bail!("arm `{key}` would never change: it trains B beside a frozen A of zeros")
        }
        _ => Ok(LoraConfig::new(rank, a, b, trains)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_the_same_method() {
        let method = |key| Arm::parse(key, 0.05).unwrap().method;
        assert_eq!(method("lora-r8"), method("tuneAB-Akm-r8"));
        assert_eq!(method("lora-fa-r8"), method("tuneB-Akm-r8"));
        assert_ne!(method("lora-r8"), method("lora-fa-r8"));
    }

    #[test]
    fn alpha_is_twice_the_rank() {
        let Method::LowRank(config) = Arm::parse("tuneB-Arand-r16", 0.0).unwrap().method else {
            panic!("a low-rank arm");
        };
        assert_eq!((config.rank, config.alpha), (16, 32.0));
        assert_eq!(config.trains, Trains::B);
        assert_eq!(config.a, FactorInit::Orthonormal);
        assert_eq!(config.b, FactorInit::Zero);
    }

    #[test]
    fn bad_keys_say_what_was_expected() {
        for key in [
            "lora",
            "tuneC-Arand-r8",
            "tuneB-AU-r8",
            "tuneB-Arand-rx",
            "lora-r",
        ] {
            let error = Arm::parse(key, 0.0).unwrap_err().to_string();
            assert!(error.contains("arms are"), "{error}");
        }
        let error = Arm::parse("lora-r0", 0.0).unwrap_err().to_string();
        assert!(error.contains("rank must be at least 1"), "{error}");
        let error = Arm::parse("tuneA-Arand-r8", 0.0).unwrap_err().to_string();
        assert!(error.contains("never change"), "{error}");
    }
}
