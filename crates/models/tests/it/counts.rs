//! The paper's parameter counts of RoBERTa-large and ViT-base, from the modules' own shapes.

use adapters::count::{ParamCount, low_rank};
use adapters::{Adaptable, MaskStream};
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use models::{
    Classify, Encoder, EncoderConfig, Roberta, SequenceClassifier, ViTConfig, VisionTransformer,
    Vit,
};

/// Counts without making any weight: a large model's would take gigabytes.
#[derive(Default)]
struct Count(usize);

impl ModuleVisitor for Count {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0 += param.lazy_shape().num_elements();
    }
}

fn count(module: &impl Module) -> usize {
    let mut count = Count::default();
    module.visit(&mut count);
    count.0
}

fn large(n_outputs: usize) -> SequenceClassifier {
    let config = EncoderConfig::roberta_large();
    Roberta::classifier(&config, n_outputs, &Device::flex(), &MaskStream::new(0))
}

/// Parameters of A and of B over the layers named `targets`.
fn adapters(model: &mut SequenceClassifier, rank: usize, targets: &[&str]) -> (usize, usize) {
    let mut sum = (0, 0);
    model.encoder.visit_linears("", &mut |path, layer| {
        let name = path.rsplit('.').next().unwrap();
        if targets.contains(&name) {
            let [d_in, d_out] = layer.weight.lazy_shape().dims();
            let (a, b) = low_rank(rank, d_in, d_out);
            sum = (sum.0 + a, sum.1 + b);
        }
    });
    sum
}

#[test]
fn roberta_large_without_pooler_has_the_papers_size() {
    assert_eq!(count(&large(2).encoder), 354_310_144);
}

#[test]
fn the_head_grows_by_1025_an_output() {
    for (n_outputs, expected) in [(1, 1_050_625), (2, 1_051_650), (3, 1_052_675)] {
        assert_eq!(count(&large(n_outputs).classifier), expected);
    }
}

/// `(trainable adapter, trainable with head, paper count, paper percentage)` of a two-way task.
fn check(
    rank: usize,
    targets: &[&str],
    b_only: bool,
    expected: (usize, usize, usize, &str),
    honest_percent: &str,
) {
    let mut model = large(2);
    let (a, b) = adapters(&mut model, rank, targets);
    let head = count(&model.classifier);
    let trained = if b_only { b } else { a + b };
    let counts = ParamCount {
        total: count(&model) + a + b,
        trainable: trained + head,
        head,
    };
    assert_eq!(
        (
            trained,
            counts.trainable,
            counts.paper_trainable(),
            format!("{:.3}", counts.paper_percent()).as_str(),
        ),
        expected
    );
    assert_eq!(format!("{:.3}", counts.percent()), honest_percent);
}

#[test]
fn adapters_of_roberta_large_have_the_counts_of_the_paper() {
    let (qv, qkv) = (["query", "value"], ["query", "key", "value"]);
    check(
        8,
        &qv,
        false,
        (786_432, 1_838_082, 2_889_732, "0.809"),
        "0.516",
    );
    check(
        8,
        &qv,
        true,
        (393_216, 1_444_866, 2_496_516, "0.699"),
        "0.406",
    );
    // The same number of trained parameters as LoRA's, in a model with a larger frozen A.
    check(
        16,
        &qv,
        true,
        (786_432, 1_838_082, 2_889_732, "0.807"),
        "0.515",
    );
    check(
        8,
        &qkv,
        false,
        (1_179_648, 2_231_298, 3_282_948, "0.918"),
        "0.626",
    );
}

#[test]
fn smaller_encoders_have_the_sizes_of_their_checkpoints() {
    let size =
        |config: EncoderConfig| count(&Encoder::new(&config, &Device::flex(), &MaskStream::new(0)));
    // The published numbers less the poolers (d * d + d).
    assert_eq!(size(EncoderConfig::roberta_base()), 124_645_632 - 590_592);
    assert_eq!(
        size(EncoderConfig::bert_base_uncased()),
        109_482_240 - 590_592
    );
    assert_eq!(size(EncoderConfig::minilm_l6()), 22_713_216 - 147_840);
    assert_eq!(
        size(EncoderConfig::distilroberta_base()),
        82_118_400 - 590_592
    );
}

/// The paper's 86.4 million count the pooler, which nothing here has.
#[test]
fn vit_base_has_the_papers_size_but_for_the_pooler() {
    let (device, masks) = (Device::flex(), MaskStream::new(0));
    let config = ViTConfig::vit_base_patch16_224();
    let backbone = VisionTransformer::new(&config, &device, &masks);
    let pooler = 768 * 768 + 768;
    assert_eq!(count(&backbone) + pooler, 86_389_248);
    assert_eq!(count(&backbone), 85_798_656);
    let config = ViTConfig::dinov2_small();
    let backbone = VisionTransformer::new(&config, &device, &masks);
    // The published number less the mask token.
    assert_eq!(count(&backbone), 22_056_576 - 384);
}

/// `(adapter parameters, paper count, paper percentage)` of ViT-base, rank 8 on query and value.
#[test]
fn adapters_of_vit_base_have_the_counts_of_the_paper() {
    let check = |n_classes: usize, b_only: bool, expected: (usize, usize, &str)| {
        let config = ViTConfig::vit_base_patch16_224();
        let mut model = Vit::classifier(&config, n_classes, &Device::flex(), &MaskStream::new(0));
        let mut factors = (0, 0);
        model.backbone.visit_linears("", &mut |path, layer| {
            if path.ends_with(".query") || path.ends_with(".value") {
                let [d_in, d_out] = layer.weight.lazy_shape().dims();
                let (a, b) = low_rank(8, d_in, d_out);
                factors = (factors.0 + a, factors.1 + b);
            }
        });
        let (a, b) = factors;
        let trained = if b_only { b } else { a + b };
        let head = count(&model.classifier);
        // The paper's model carries the pooler.
        let pooler = 768 * 768 + 768;
        let counts = ParamCount {
            total: count(&model) + pooler + a + b,
            trainable: trained + head,
            head,
        };
        let percent = format!("{:.2}", counts.paper_percent());
        assert_eq!(
            (trained, counts.paper_trainable(), percent.as_str()),
            expected
        );
    };
    check(5, true, (147_456, 155_146, "0.18"));
    check(65, true, (147_456, 247_426, "0.29"));
    check(5, false, (294_912, 302_602, "0.35"));
    check(65, false, (294_912, 394_882, "0.46"));
}
