//! `python reference/vision_fixtures.py` makes the fixtures; its docstring says what is in them.
//!
//! The tolerance is the text models' (`parity.rs`). The largest error measured is 2.4e-6, of a hidden
//! state, where PyTorch's own f32 result is 2.0e-6 from its f64 one; gradients are within 1e-6.

use adapters::{
    Adaptable, Adapter, FactorInit, LoraConfig, MaskStream, Start, adapt, train_adapters_and,
};
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Gradients, Tensor};
use models::{ImageClassifier, ViTConfig, Vit, WeightDtype, random_backbone, save};
use safetensors::SafeTensors;

use crate::fixture::{self, Reference, host};
use crate::parity::{check, contiguous, grad, transposed_grad};

fn check_states(name: &str, images: &str) {
    let reference = Reference::open(name);
    let model = fixture::image_classifier(name);
    let pixels = reference.float::<4>(&format!("{images}.pixel_values"), &fixture::device());
    let key = |name: &str| format!("{images}.{name}");

    let states = model.backbone.hidden_states(pixels.clone());
    assert_eq!(states.len(), 3);
    for (i, state) in states.into_iter().enumerate() {
        check(&reference, &key(&format!("hidden.{i}")), &host(state));
    }
    let last = model.backbone.forward(pixels.clone());
    check(&reference, &key("last"), &host(last.clone()));
    check(&reference, &key("logits"), &host(model.classify(last)));
    check(&reference, &key("logits"), &host(model.forward(pixels)));
}

#[test]
fn vit_states_and_logits_equal_transformers() {
    check_states("vit", "native");
}

#[test]
fn vit_with_interpolated_positions_equals_transformers() {
    check_states("vit", "other");
}

#[test]
fn dinov2_states_and_logits_equal_transformers() {
    check_states("dinov2", "native");
}

#[test]
fn dinov2_on_another_image_size_equals_transformers() {
    check_states("dinov2", "other");
}

fn cross_entropy(logits: Tensor<2>, reference: &Reference) -> Tensor<1> {
    let classes = reference.int::<1>("classes", &logits.device());
    log_softmax(logits, 1)
        .gather(1, classes.unsqueeze_dim(1))
        .mean()
        .neg()
}

/// Puts each parameter's gradient in its place.
struct ToGradients(Gradients);

impl ModuleMapper for ToGradients {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        Param::from_tensor(param.val().grad(&self.0).unwrap())
    }
}

/// Saves the gradients as if they were weights, which gives them Hugging Face's names and layouts.
fn check_full_gradients(name: &str, images: &str) {
    let reference = Reference::open(name);
    let device = fixture::device().autodiff();
    let model = adapters::train_all(fixture::image_classifier(name)).train();
    let pixels = reference.float::<4>(&format!("{images}.pixel_values"), &device);
    let loss = cross_entropy(model.forward(pixels), &reference);
    check(&reference, "full.loss", &host(loss.clone()));
    let gradients = model.map(&mut ToGradients(loss.backward()));

    let dir = tempfile::tempdir().unwrap();
    let config = fixture::open_vision(name).config().clone();
    save(dir.path(), &config, &gradients, WeightDtype::F32).unwrap();
    let bytes = std::fs::read(dir.path().join("model.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let theirs: Vec<String> = reference
        .names()
        .into_iter()
        .filter(|name| name.starts_with("full.grad."))
        .collect();
    assert_eq!(file.len(), theirs.len());
    for (name, view) in file.iter() {
        let ours: Vec<f64> = view
            .data()
            .chunks_exact(4)
            .map(|b| f64::from(f32::from_le_bytes(b.try_into().unwrap())))
            .collect();
        check(&reference, &format!("full.grad.{name}"), &ours);
    }
}

#[test]
fn vit_gradients_of_all_weights_equal_transformers() {
    check_full_gradients("vit", "native");
}

/// Among them that of the position table, through the interpolation.
#[test]
fn dinov2_gradients_of_all_weights_on_another_image_size_equal_transformers() {
    check_full_gradients("dinov2", "other");
}

/// Logits, loss, and gradients of A, B and head, with adapters of rank 3 and alpha 10.
fn check_adapters(name: &str) {
    let reference = Reference::open(name);
    let device = fixture::device().autodiff();
    let mut model = fixture::image_classifier(name);
    give_adapters(&mut model, &reference);
    let mut model = train_adapters_and(model, &["classifier"]).train();

    let logits = model.forward(reference.float("native.pixel_values", &device));
    check(&reference, "lora.logits", &host(logits.clone()));
    let loss = cross_entropy(logits, &reference);
    check(&reference, "lora.loss", &host(loss.clone()));

    let grads = loss.backward();
    let head = &model.classifier;
    let weight = transposed_grad(&head.weight, &grads);
    check(&reference, "lora.grad.classifier.weight", &weight);
    let bias = grad(head.bias.as_ref().unwrap(), &grads);
    check(&reference, "lora.grad.classifier.bias", &bias);
    let mut n_adapters = 0;
    model.visit_linears("", &mut |path, layer| {
        assert!(path == "classifier" || layer.weight.val().grad(&grads).is_none());
        let Some(Adapter::LowRank(adapter)) = &layer.adapter else {
            return;
        };
        n_adapters += 1;
        for (factor, param) in [("A", &adapter.a), ("B", &adapter.b)] {
            let name = format!("lora.grad.{}.{factor}", peft_name(path));
            check(&reference, &name, &transposed_grad(param, &grads));
        }
    });
    assert_eq!(n_adapters, 2 * model.backbone.layers.len());
}

#[test]
fn vit_adapter_gradients_equal_peft() {
    check_adapters("vit");
}

#[test]
fn dinov2_adapter_gradients_equal_peft() {
    check_adapters("dinov2");
}

fn give_adapters(model: &mut ImageClassifier, reference: &Reference) {
    let start = Start::A(FactorInit::KaimingUniform);
    let config = LoraConfig::train_both(3, start).with_alpha(10.0);
    adapt(model, &config, &["query", "value"], 0, &MaskStream::new(0)).unwrap();
    model.visit_linears("", &mut |path, layer| {
        let Some(Adapter::LowRank(adapter)) = &mut layer.adapter else {
            return;
        };
        let factor = |factor: &str| {
            let name = format!("{}.{factor}", peft_name(path));
            let factor = reference.float::<2>(&name, &fixture::device());
            Param::from_tensor(contiguous(factor.transpose()))
        };
        adapter.a = factor("A");
        adapter.b = factor("B");
    });
}

/// `backbone.layers.0.attention.query` is `lora.0.query` in the reference.
fn peft_name(path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    format!("lora.{}.{}", parts[2], parts[parts.len() - 1])
}

/// Black pixels leave nothing but positions in the embeddings' output behind the class token.
#[test]
fn position_tables_are_resampled_as_pytorch_resamples_them() {
    let device = fixture::device();
    let reference = Reference::open("dinov2");
    let mut n_compared = 0;
    for name in reference.names() {
        let Some((grid, size)) = name
            .strip_prefix("interpolate.")
            .and_then(|rest| rest.split_once('.'))
        else {
            continue;
        };
        let Some((rows, columns)) = size.split_once('x') else {
            continue;
        };
        let grid: usize = grid.parse().unwrap();
        let config = ViTConfig {
            hidden_size: 2,
            num_hidden_layers: 1,
            num_attention_heads: 1,
            intermediate_size: 2,
            image_size: grid,
            patch_size: 1,
            ..ViTConfig::dinov2_small()
        };
        let mut rng = crate::properties::rng(0);
        let masks = MaskStream::new(0);
        let model = random_backbone::<Vit>(&config, &device, &masks, &mut rng);
        let mut embeddings = model.embeddings;
        let table = reference.float::<2>(&format!("interpolate.{grid}.table"), &device);
        let table = Tensor::cat(vec![Tensor::zeros([1, 2], &device), table], 0);
        embeddings.position = Param::from_tensor(table.unsqueeze());
        let size = [rows.parse().unwrap(), columns.parse().unwrap()];
        let pixels = Tensor::<4>::zeros([1, 3, size[0], size[1]], &device);
        let found = embeddings.forward(pixels); // [1, 1 + rows * columns, 2]
        check(
            &reference,
            &name,
            &host(found.narrow(1, 1, size[0] * size[1])),
        );
        n_compared += 1;
    }
    assert_eq!(n_compared, 6);
}
