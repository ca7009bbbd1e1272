//! A path seeds the factors of its layer's adapter, names a trained parameter, and gives the order in
//! which fresh weights are drawn: renaming or moving a field changes published numbers.

use adapters::MaskStream;
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use models::{
    EncoderConfig, EncoderKind, Roberta, ViTConfig, VisionKind, Vit, random_classifier,
    random_masked_lm,
};
use sha2::{Digest, Sha256};

use crate::fixture::device;
use crate::properties::{rng, tiny};
use crate::vision_properties;

/// Paths and values of a module's parameters in its order.
#[derive(Default)]
struct Look {
    at: Vec<String>,
    paths: Vec<String>,
    values: Sha256,
}

impl ModuleVisitor for Look {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.at.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.at.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.paths.push(self.at.join("."));
        for value in param.val().into_data().iter::<f32>() {
            self.values.update(value.to_le_bytes());
        }
    }
}

/// In `expected`, `name a b` stands for the paths `name.a` and `name.b`.
#[track_caller]
fn check(model: &impl Module, expected: &[&str], digest: &str) {
    let mut look = Look::default();
    model.visit(&mut look);
    let mut paths = Vec::new();
    for line in expected {
        let mut words = line.split(' ');
        let stem = words.next().unwrap();
        paths.extend(words.map(|leaf| format!("{stem}.{leaf}")));
    }
    assert_eq!(look.paths, paths);
    assert_eq!(format!("{:x}", look.values.finalize()), digest);
}

const ENCODER: [&str; 12] = [
    "encoder.embeddings.word weight",
    "encoder.embeddings.position weight",
    "encoder.embeddings.token_type weight",
    "encoder.embeddings.layer_norm gamma beta",
    "encoder.layers.0.attention.query weight bias",
    "encoder.layers.0.attention.key weight bias",
    "encoder.layers.0.attention.value weight bias",
    "encoder.layers.0.attention.output weight bias",
    "encoder.layers.0.attention.layer_norm gamma beta",
    "encoder.layers.0.intermediate weight bias",
    "encoder.layers.0.output weight bias",
    "encoder.layers.0.layer_norm gamma beta",
];

fn encoder(kind: EncoderKind) -> EncoderConfig {
    EncoderConfig {
        vocab_size: 11,
        hidden_size: 8,
        num_hidden_layers: 1,
        num_attention_heads: 2,
        intermediate_size: 12,
        max_position_embeddings: 9,
        ..tiny(kind)
    }
}

#[test]
fn text_classifiers_keep_their_paths_and_draws() {
    let paths = [
        &ENCODER[..],
        &[
            "classifier.dense weight bias",
            "classifier.out_proj weight bias",
        ],
    ]
    .concat();
    for (kind, digest) in [
        (
            EncoderKind::Roberta,
            "62c875dbdf98807b16b02dd1c046c7c72b5f6cb96af632aa91d8ad2af523c02f",
        ),
        (
            EncoderKind::Bert,
            "b37c9829f79aa39aeaff995d9a61a18b9f4d73ae2952be135fe02ecc8bf06cf3",
        ),
    ] {
        let (masks, mut rng) = (MaskStream::new(0), rng(7));
        let model = random_classifier::<Roberta>(&encoder(kind), 3, &device(), &masks, &mut rng);
        check(&model, &paths, digest);
    }
}

#[test]
fn the_language_model_keeps_its_paths_and_draws() {
    let head = [
        "lm_head.dense weight bias",
        "lm_head.layer_norm gamma beta",
        "lm_head bias",
    ];
    let paths = [&ENCODER[..], &head].concat();
    let (masks, mut rng) = (MaskStream::new(0), rng(7));
    let config = encoder(EncoderKind::Roberta);
    let model = random_masked_lm(&config, &device(), &masks, &mut rng).unwrap();
    let digest = "6fac0ca8029d5b22da7ee1adceda03ddc6508f3da8ef3a349af473a07312bc01";
    check(&model, &paths, digest);
}

#[test]
fn image_classifiers_keep_their_paths_and_draws() {
    let start = [
        "backbone.embeddings cls_token position",
        "backbone.embeddings.projection weight bias",
        "backbone.layers.0.norm_before gamma beta",
        "backbone.layers.0.attention.query weight bias",
        "backbone.layers.0.attention.key weight bias",
        "backbone.layers.0.attention.value weight bias",
        "backbone.layers.0.attention.output weight bias",
    ];
    let middle = [
        "backbone.layers.0.norm_after gamma beta",
        "backbone.layers.0.intermediate weight bias",
        "backbone.layers.0.output weight bias",
    ];
    let end = ["backbone.layer_norm gamma beta", "classifier weight bias"];
    let vit = [&start[..], &middle, &end].concat();
    let dinov2 = [
        &start[..],
        &["backbone.layers.0.attention_scale lambda"],
        &middle,
        &["backbone.layers.0.output_scale lambda"],
        &end,
    ]
    .concat();
    for (kind, paths, digest) in [
        (
            VisionKind::Vit,
            vit,
            "857a75effc38f0822de1815647a4c9dc804055ac6c162fa5d0ecea688aca2c24",
        ),
        (
            VisionKind::Dinov2,
            dinov2,
            "2c4225aa61a6284818437642fe72f01dde418f8df7d008cda776df990b0febc2",
        ),
    ] {
        let config = ViTConfig {
            num_hidden_layers: 1,
            ..vision_properties::tiny(kind)
        };
        let (masks, mut rng) = (MaskStream::new(0), rng(7));
        let model = random_classifier::<Vit>(&config, 3, &device(), &masks, &mut rng);
        check(&model, &paths, digest);
    }
}
