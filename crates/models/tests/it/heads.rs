//! Heads that checkpoints have: BERT's own against transformers, and those that cannot be read.

use adapters::{MaskStream, train_all};
use burn::module::{Module, Param};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor};
use models::{Checkpoint, Dropouts, ModelError, Roberta, SequenceClassifier};

use crate::bad_checkpoints::{check as check_error, copy, edit_config, edit_tensors};
use crate::fixture::{self, Reference, host};
use crate::parity::{check, grad, transposed_grad};
use crate::properties::{input, rng};

fn own_head(dropouts: Dropouts) -> SequenceClassifier {
    fixture::open("bert-classifier")
        .classifier_with_head(&fixture::device(), &MaskStream::new(0), dropouts)
        .unwrap()
}

/// `BertForSequenceClassification`: pooler, dropout, one matrix.
#[test]
fn berts_own_head_equals_transformers_in_values_and_gradients() {
    let reference = Reference::open("bert-classifier");
    let checkpoint = fixture::open("bert-classifier");
    assert_eq!(checkpoint.head_outputs().unwrap(), Some(3));
    let device = fixture::device().autodiff();
    let model = train_all(own_head(Dropouts::off())).train();

    let logits = model.forward(&reference.input(&device));
    check(&reference, "logits", &host(logits.clone()));
    let classes = reference.int::<1>("classes", &device).unsqueeze_dim(1);
    let loss = log_softmax(logits, 1).gather(1, classes).mean().neg();
    check(&reference, "loss", &host(loss.clone()));

    let grads = loss.backward();
    let (encoder, head) = (&model.encoder, &model.classifier);
    for (name, layer) in [
        ("bert.pooler.dense", &head.dense),
        ("classifier", &head.out_proj),
        (
            "bert.encoder.layer.0.attention.self.query",
            &encoder.layers[0].attention.query,
        ),
        (
            "bert.encoder.layer.1.output.dense",
            &encoder.layers[1].output,
        ),
    ] {
        let weight = transposed_grad(&layer.weight, &grads);
        check(&reference, &format!("grad.{name}.weight"), &weight);
        let bias = grad(layer.bias.as_ref().unwrap(), &grads);
        check(&reference, &format!("grad.{name}.bias"), &bias);
    }
    let words = grad(&encoder.embeddings.word.weight, &grads);
    check(
        &reference,
        "grad.bert.embeddings.word_embeddings.weight",
        &words,
    );
}

/// Where the second matrix is the identity, an output is the pooler's or nothing.
#[test]
fn berts_own_head_drops_the_poolers_output_alone() {
    let mut model = own_head(Dropouts {
        classifier: Some(0.5),
        ..Dropouts::off()
    });
    let device = fixture::device();
    model.classifier.out_proj.weight = Param::from_tensor(Tensor::eye(16, &device));
    model.classifier.out_proj.bias = None;
    let pooled = host(model.forward(&input(&[&[5, 9, 33]], 0, &device)));
    let dropped = host(
        model
            .train()
            .forward(&input(&[&[5, 9, 33]], 0, &device.autodiff())),
    );
    let n_zero = dropped.iter().filter(|&&value| value == 0.0).count();
    assert!(0 < n_zero && n_zero < 16, "{n_zero}");
    for (dropped, pooled) in dropped.into_iter().zip(pooled) {
        assert!(
            dropped == 0.0 || (dropped - 2.0 * pooled).abs() < 1e-6,
            "{dropped} {pooled}"
        );
    }
}

/// Outputs of the head of a damaged copy, and a fresh classifier on its encoder.
fn open(
    name: &str,
    damage: impl FnOnce(&std::path::Path),
) -> (Result<Option<usize>, ModelError>, SequenceClassifier) {
    let dir = copy(name);
    damage(dir.path());
    let checkpoint = Checkpoint::<Roberta>::open(dir.path()).unwrap();
    let (device, masks) = (Device::flex(), MaskStream::new(0));
    if checkpoint.head_outputs().is_err() {
        let own = checkpoint.classifier_with_head(&device, &masks, Dropouts::off());
        assert_eq!(
            fixture::chain(&own.unwrap_err()),
            fixture::chain(&checkpoint.head_outputs().unwrap_err())
        );
    }
    let fresh = checkpoint
        .classifier(2, &device, &masks, Dropouts::off(), &mut rng(0))
        .unwrap();
    (checkpoint.head_outputs(), fresh)
}

#[test]
fn a_head_that_cannot_be_read_is_an_error_that_lists_it() {
    // As RobertaForTokenClassification or BertForTokenClassification save it: no pooler.
    let (outputs, fresh) = open("bert-classifier", |dir| {
        edit_tensors(dir, |tensors| {
            tensors.retain(|name, _| !name.contains("pooler"));
        });
    });
    check_error(
        outputs.map(drop),
        &[
            "has a head that is not read here, classifier.bias [3], classifier.weight [3, 16]: ",
            "expected classifier.dense.weight and classifier.out_proj.weight, or \
             pooler.dense.weight and classifier.weight",
        ],
    );
    // For fine-tuning, it is left behind.
    assert_eq!(fresh.classifier.out_proj.dims(), [16, 2]);

    // Older ones have a pooler that they do not use.
    let (outputs, _) = open("bert-classifier", |dir| {
        edit_config(dir, |config| {
            let class = vec!["BertForTokenClassification"];
            config.insert("architectures".to_owned(), class.into());
        });
    });
    check_error(
        outputs.map(drop),
        &["the head of BertForTokenClassification"],
    );
}

#[test]
fn a_head_with_a_weight_too_many_is_an_error_only_if_it_is_asked_for() {
    let dir = copy("roberta");
    edit_tensors(dir.path(), |tensors| {
        let bias = tensors["classifier.out_proj.bias"].clone();
        tensors.insert("classifier.extra.bias".to_owned(), bias);
    });
    let checkpoint = Checkpoint::<Roberta>::open(dir.path()).unwrap();
    let (device, masks) = (Device::flex(), MaskStream::new(0));
    checkpoint
        .backbone(&device, &masks, Dropouts::off())
        .unwrap();
    let own = checkpoint.classifier_with_head(&device, &masks, Dropouts::off());
    check_error(own.map(drop), &["unknown classifier.extra.bias [3]"]);
}
