//! How a run fine-tunes: what is adapted and what trains.

use adapters::{
    Adaptable, FactorInit, LoraConfig, MaskStream, adapt, train_adapters_and, train_all,
};
use anyhow::{Context, Result, bail};
use burn::module::Module;
use results::{Arm, ArmKind, Init, Start, Trains};
use serde::Serialize;

use super::optimizer::{Optimizer, OptimizerConfig};

/// A way to fine-tune, with every setting; the head always trains.
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
    /// What an arm stands for; `dropout` is the adapter's (keys do not carry it).
    pub fn of(arm: Arm, dropout: f64) -> Self {
        match arm.kind() {
            ArmKind::Full => Self::Full,
            ArmKind::LinearProbe => Self::LinearProbe,
            ArmKind::AdaLora => Self::AdaLora,
            ArmKind::Ia3 => Self::Ia3,
            ArmKind::LowRank {
                trains,
                start,
                rank,
            } => {
                let config = match (trains, start) {
                    (Trains::B, Start::A(init) | Start::B(init)) => {
                        LoraConfig::train_b(rank, factor_init(init))
                    }
                    (Trains::A, Start::A(init) | Start::B(init)) => {
                        LoraConfig::train_a(rank, factor_init(init))
                    }
                    (Trains::Both, Start::A(init)) => {
                        LoraConfig::train_both(rank, adapters::Start::A(factor_init(init)))
                    }
                    (Trains::Both, Start::B(init)) => {
                        LoraConfig::train_both(rank, adapters::Start::B(factor_init(init)))
                    }
                };
                Self::LowRank(config.with_dropout(dropout))
            }
        }
    }

    /// Whether this program can train it.
    pub fn can_run(&self) -> bool {
        !matches!(self, Self::AdaLora | Self::Ia3)
    }

    /// Whether the released code would have gone through PEFT, which counts the head twice.
    pub fn is_of_peft(&self) -> bool {
        !matches!(self, Self::Full | Self::LinearProbe)
    }

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
                adapt(&mut model, config, &targets, seed, masks)
                    .context("it does not fit the model")?;
                train_adapters_and(model, &[head])
            }
            Self::LinearProbe => train_adapters_and(model, &[head]),
            Self::Full => train_all(model),
            Self::AdaLora | Self::Ia3 => bail!("this arm does not run yet"),
        };
        Ok(model.train())
    }

    /// The optimiser that trains it.
    pub fn optimizer(&self, config: &OptimizerConfig) -> Optimizer {
        config.init()
    }
}

fn factor_init(init: Init) -> FactorInit {
    match init {
        Init::Orthonormal => FactorInit::Orthonormal,
        Init::Kaiming => FactorInit::KaimingUniform,
        Init::SingularVectors => FactorInit::SingularVectors,
        Init::SingularVectorsReleased => FactorInit::SingularVectorsReleased,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(key: &str) -> Method {
        Method::of(key.parse().unwrap(), 0.05)
    }

    #[test]
    fn aliases_are_the_same_method() {
        assert_eq!(method("lora-r8"), method("tuneAB-Akm-r8"));
        assert_eq!(method("lora-fa-r8"), method("tuneB-Akm-r8"));
        assert_ne!(method("lora-r8"), method("lora-fa-r8"));
    }

    #[test]
    fn alpha_is_twice_the_rank() {
        let Method::LowRank(config) = method("tuneB-Arand-r16") else {
            panic!("a low-rank arm");
        };
        assert_eq!((config.rank, config.alpha), (16, 32.0));
        assert_eq!(config.trains, adapters::Trains::B);
        assert_eq!(config.a, FactorInit::Orthonormal);
        assert_eq!(config.b, FactorInit::Zero);
    }
}
