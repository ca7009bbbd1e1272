//! Hugging Face's weight names and ours: what a family's table of names is made of.

/// A part of a model (with `*`, of every layer) under both names.
#[derive(Debug)]
pub struct Rule {
    /// Name in a safetensors file, without the prefix that models with a head put before it.
    pub(crate) hugging_face: &'static str,
    /// Path in our module.
    pub(crate) ours: &'static str,
    /// What its weights are called after that, in our module and in the file; and whether PyTorch
    /// stores it as `[d_out, d_in]` where Burn has `[d_in, d_out]`.
    weights: &'static [(&'static str, &'static str, bool)],
}

/// A dense layer: a matrix and a bias.
pub(crate) const fn dense(hugging_face: &'static str, ours: &'static str) -> Rule {
    Rule {
        hugging_face,
        ours,
        weights: &[(".weight", ".weight", true), (".bias", ".bias", false)],
    }
}

/// A normalisation: a scale and a shift.
pub(crate) const fn norm(hugging_face: &'static str, ours: &'static str) -> Rule {
    Rule {
        hugging_face,
        ours,
        weights: &[(".gamma", ".weight", false), (".beta", ".bias", false)],
    }
}

/// A single weight, stored as it is.
pub(crate) const fn plain(hugging_face: &'static str, ours: &'static str) -> Rule {
    Rule {
        hugging_face,
        ours,
        weights: &[("", "", false)],
    }
}

impl Rule {
    fn hugging_face(&self, ours: &str) -> Option<(String, bool)> {
        self.weights.iter().find_map(|(our_end, end, transpose)| {
            let part = ours.strip_suffix(our_end)?;
            let name = translate(part, self.ours, self.hugging_face)?;
            Some((name + end, *transpose))
        })
    }
}

/// The names of one family of models.
#[derive(Debug)]
pub struct Names {
    /// The weights below any head.
    pub(crate) rules: &'static [&'static [Rule]],
    /// Weights that a checkpoint may have and the models do not need, by the start of their name.
    pub(crate) ignored: &'static [&'static str],
    /// Starts of the names of heads: those of a head that a model does not have are not needed.
    /// No prefix is before them.
    pub(crate) heads: &'static [&'static str],
    /// Before the weights below the head, in a checkpoint that also has one.
    pub(crate) prefix: &'static str,
}

/// One way in which files store a classification head.
#[derive(Debug)]
pub struct StoredHead<S> {
    /// What the head computes.
    pub(crate) style: S,
    pub(crate) rules: &'static [Rule],
    /// The weights that show that it is there; the rows of the last are the outputs.
    pub(crate) weights: &'static [&'static str],
}

/// A family's table and the rules of the head, if any, of the model at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    pub(crate) names: &'static Names,
    pub(crate) head: &'static [Rule],
}

impl Names {
    /// The head that a weight (without prefix) belongs to.
    pub(crate) fn head_of(&self, name: &str) -> Option<&'static str> {
        self.heads
            .iter()
            .copied()
            .find(|head| name.starts_with(head))
    }

    /// Whether a weight (without prefix) may be in any file without being used.
    pub(crate) fn ignores(&self, name: &str) -> bool {
        self.ignored.iter().any(|start| name.starts_with(start))
    }

    /// The name without prefix and with today's names of layer normalisation's weights.
    pub(crate) fn normalise(&self, name: &str) -> String {
        let name = name.strip_prefix(self.prefix).unwrap_or(name);
        for (old, new) in [("gamma", "weight"), ("beta", "bias")] {
            if let Some(layer) = name.strip_suffix(old)
                && layer.ends_with("LayerNorm.")
            {
                return format!("{layer}{new}");
            }
        }
        name.to_owned()
    }
}

impl Table {
    /// The Hugging Face name, without prefix, of the parameter at a path, and whether to transpose
    /// it.
    pub(crate) fn hugging_face(&self, ours: &str) -> Option<(String, bool)> {
        let mut rules = self.names.rules.iter().copied().flatten().chain(self.head);
        rules.find_map(|rule| rule.hugging_face(ours))
    }
}

/// `name` as `to` writes it, if it matches `from`; `*` stands for a layer's number.
fn translate(name: &str, from: &str, to: &str) -> Option<String> {
    let Some((before, after)) = from.split_once('*') else {
        return (name == from).then(|| to.to_owned());
    };
    let layer = name.strip_prefix(before)?.strip_suffix(after)?;
    let is_number = !layer.is_empty() && layer.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| to.replace('*', layer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Classify, EncoderConfig, Family, Roberta, ViTConfig, Vit};

    fn bert() -> &'static Names {
        Roberta::names(&EncoderConfig::bert_base_uncased())
    }

    fn vision() -> [&'static Names; 2] {
        [ViTConfig::vit_base_patch16_224(), ViTConfig::dinov2_small()]
            .map(|config| Vit::names(&config))
    }

    #[test]
    fn layer_numbers_carry_over() {
        let table = Table {
            names: bert(),
            head: &[],
        };
        assert_eq!(
            table.hugging_face("encoder.layers.11.attention.query.weight"),
            Some((
                "encoder.layer.11.attention.self.query.weight".to_owned(),
                true
            )),
        );
        assert_eq!(table.hugging_face("encoder.layers.x.output.bias"), None);
        assert_eq!(
            table.hugging_face("encoder.layers.0.attention.query.adapter.a"),
            None
        );
    }

    #[test]
    fn prefixes_and_old_normalisation_names_are_dropped() {
        assert_eq!(
            bert().normalise("bert.embeddings.LayerNorm.gamma"),
            "embeddings.LayerNorm.weight"
        );
        let roberta = Roberta::names(&EncoderConfig::roberta_base());
        assert_eq!(
            roberta.normalise("roberta.pooler.dense.bias"),
            "pooler.dense.bias"
        );
        assert_eq!(bert().normalise("gamma"), "gamma");
        let [vit, dinov2] = vision();
        assert_eq!(vit.normalise("vit.layernorm.bias"), "layernorm.bias");
        assert_eq!(dinov2.normalise("classifier.bias"), "classifier.bias");
    }

    #[test]
    fn both_columns_of_each_table_are_unique() {
        let text = Roberta::HEADS.iter().map(|head| (bert(), head.rules));
        let vision = vision().map(|names| (names, Vit::HEADS[0].rules));
        for (names, head) in text.chain(vision) {
            let rules: Vec<&Rule> = names.rules.iter().copied().flatten().chain(head).collect();
            for (i, rule) in rules.iter().enumerate() {
                for other in &rules[..i] {
                    assert_ne!(rule.ours, other.ours);
                    assert_ne!(rule.hugging_face, other.hugging_face);
                }
            }
        }
    }
}
