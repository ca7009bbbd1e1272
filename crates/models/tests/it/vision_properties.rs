use adapters::{Adaptable, FactorInit, LoraConfig, MaskStream, adapt};
use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use models::{
    Dropouts, ImageClassifier, ModelConfig, ViTConfig, VisionKind, Vit, random_backbone,
    random_classifier,
};

use crate::fixture::{self, Reference, host, max_difference};
use crate::properties::rng;

/// Rounding of sums in another order.
const ROUNDING: f64 = 1e-5;

pub fn tiny(kind: VisionKind) -> ViTConfig {
    let config = match kind {
        VisionKind::Vit => ViTConfig::vit_base_patch16_224(),
        VisionKind::Dinov2 => ViTConfig::dinov2_small(),
    };
    ViTConfig {
        hidden_size: 12,
        num_hidden_layers: 2,
        num_attention_heads: 3,
        intermediate_size: 20,
        image_size: 8,
        patch_size: 4,
        num_channels: 2,
        ..config
    }
}

fn images(size: [usize; 2], device: &Device) -> Tensor<4> {
    let shape = [3, 2, size[0], size[1]];
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

fn classifier(config: &ViTConfig) -> ImageClassifier {
    random_classifier::<Vit>(
        config,
        5,
        &fixture::device(),
        &MaskStream::new(0),
        &mut rng(0),
    )
}

#[test]
fn the_class_token_alone_equals_the_first_row_of_all() {
    for (name, images) in [("vit", "native"), ("dinov2", "other")] {
        let reference = Reference::open(name);
        let model = fixture::image_classifier(name).backbone;
        let pixels = reference.float::<4>(&format!("{images}.pixel_values"), &fixture::device());
        let first: Tensor<2> = model.forward(pixels.clone()).narrow(1, 0, 1).squeeze_dim(1);
        let error = max_difference(&host(model.forward_first(pixels)), &host(first));
        assert!(error < ROUNDING, "{name}: {error:e}");
    }
}

#[test]
fn features_are_what_the_head_reads() {
    let device = fixture::device();
    for (kind, d_features) in [(VisionKind::Vit, 12), (VisionKind::Dinov2, 24)] {
        let config = tiny(kind);
        let model = classifier(&config);
        let pixels = images([8, 8], &device);
        let features = model.features(pixels.clone());
        assert_eq!(features.dims(), [3, d_features]);
        assert_eq!(
            (config.d_features(), model.d_features(), model.n_classes()),
            (d_features, d_features, 5)
        );
        let logits = model.classifier.forward(features.clone());
        assert_eq!(host(logits), host(model.forward(pixels.clone())));
        // The class token's state comes first, the mean of the patches' after it.
        let hidden = model.backbone.forward(pixels); // [3, 5, 12]
        let cls: Tensor<2> = hidden.clone().narrow(1, 0, 1).squeeze_dim(1);
        let error = max_difference(&host(features.clone().narrow(1, 0, 12)), &host(cls));
        assert!(error < ROUNDING, "{error:e}");
        if kind == VisionKind::Dinov2 {
            let mean: Tensor<2> = hidden.narrow(1, 1, 4).mean_dim(1).squeeze_dim(1);
            let error = max_difference(&host(features.narrow(1, 12, 12)), &host(mean));
            assert!(error < ROUNDING, "{error:e}");
        }
    }
}

#[test]
fn images_of_a_batch_do_not_see_each_other() {
    for kind in [VisionKind::Vit, VisionKind::Dinov2] {
        let model = classifier(&tiny(kind));
        let pixels = images([8, 8], &fixture::device());
        let together = host(model.forward(pixels.clone()));
        let alone: Vec<f64> = (0..3)
            .flat_map(|i| host(model.forward(pixels.clone().narrow(0, i, 1))))
            .collect();
        let error = max_difference(&together, &alone);
        assert!(error < ROUNDING, "{error:e}");
        assert!(max_difference(&alone[..5], &alone[5..10]) > 1e-4);
    }
}

#[test]
fn pixels_beyond_the_last_whole_patch_are_not_read() {
    let model = classifier(&tiny(VisionKind::Dinov2));
    let pixels = images([15, 10], &fixture::device());
    let cut = pixels.clone().narrow(2, 0, 12).narrow(3, 0, 8);
    assert_eq!(host(model.forward(pixels)), host(model.forward(cut)));
}

#[test]
fn the_names_of_adaptable_layers_are_hugging_faces() {
    for (kind, d_features) in [(VisionKind::Vit, 12), (VisionKind::Dinov2, 24)] {
        let mut paths = Vec::new();
        classifier(&tiny(kind)).visit_linears("", &mut |path, layer| {
            paths.push(format!("{path} {:?}", layer.dims()));
        });
        let mut expected = Vec::new();
        for layer in 0..2 {
            for name in ["query", "key", "value", "output"] {
                expected.push(format!("backbone.layers.{layer}.attention.{name} [12, 12]"));
            }
            expected.push(format!("backbone.layers.{layer}.intermediate [12, 20]"));
            expected.push(format!("backbone.layers.{layer}.output [20, 12]"));
        }
        expected.push(format!("classifier [{d_features}, 5]"));
        assert_eq!(paths, expected);
    }
}

#[test]
fn adapters_on_query_and_value_train_beside_the_head_alone() {
    let mut model = classifier(&tiny(VisionKind::Vit));
    let lora = LoraConfig::train_b(2, FactorInit::Orthonormal);
    let masks = MaskStream::new(0);
    let plain = model.clone();
    let adapted = adapt(&mut model, &lora, &["query", "value"], 0, &masks).unwrap();
    assert_eq!(adapted.len(), 4);
    let pixels = images([8, 8], &fixture::device());
    // B starts at zero.
    assert_eq!(
        host(model.forward(pixels.clone())),
        host(plain.forward(pixels))
    );
    let model = adapters::train_adapters_and(model, &["classifier"]);
    assert_eq!(
        adapters::trained_paths(&model),
        [
            "backbone.layers.0.attention.query.adapter.b",
            "backbone.layers.0.attention.value.adapter.b",
            "backbone.layers.1.attention.query.adapter.b",
            "backbone.layers.1.attention.value.adapter.b",
            "classifier.weight",
            "classifier.bias",
        ]
    );
}

/// Dropout changes what a training model computes, by the seed of its masks, and nothing else does.
#[test]
fn dropout_follows_the_mask_stream_and_stops_at_validation() {
    let device = fixture::device();
    let autodiff = device.clone().autodiff();
    let values = host(images([8, 8], &device));
    let pixels = |device: &Device| {
        let values: Vec<f32> = values.iter().map(|&v| v as f32).collect();
        Tensor::<1>::from_floats(values.as_slice(), device).reshape([3, 2, 8, 8])
    };
    for kind in [VisionKind::Vit, VisionKind::Dinov2] {
        let config = tiny(kind).with_dropouts(Dropouts {
            hidden: Some(0.2),
            attention: Some(0.3),
            ..Dropouts::default()
        });
        let masks = MaskStream::new(3);
        let model = random_classifier::<Vit>(&config, 5, &device, &masks, &mut rng(0));
        let training = model.clone().train();
        let run = |model: &ImageClassifier, device: &Device| host(model.forward(pixels(device)));
        let plain = run(&model, &device);
        masks.reseed(3);
        let (first, second) = (run(&training, &autodiff), run(&training, &autodiff));
        assert_ne!(first, plain);
        assert_ne!(first, second);
        masks.reseed(3);
        assert_eq!(first, run(&training, &autodiff));
        assert_eq!(plain, run(&training.valid(), &device));
    }
}

#[test]
fn fresh_weights_are_a_function_of_the_generator() {
    let config = ViTConfig {
        layerscale_value: 0.25,
        ..tiny(VisionKind::Dinov2)
    };
    let (device, masks) = (fixture::device(), MaskStream::new(0));
    let model = |seed| random_backbone::<Vit>(&config, &device, &masks, &mut rng(seed));
    let position = |seed| host(model(seed).embeddings.position.val());
    assert_eq!(position(4), position(4));
    assert_ne!(position(4), position(5));

    let model = model(4);
    let std =
        |values: Vec<f64>| (values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64).sqrt();
    // 384 draws estimate a standard deviation to within 4 % (one sigma).
    let projection = std(host(model.embeddings.projection.weight.val()));
    assert!((projection / 0.02 - 1.0).abs() < 0.15, "{projection}");
    assert!(std(host(model.embeddings.cls_token.val())) > 0.005);
    let scale = model.layers[1].attention_scale.as_ref().unwrap();
    assert_eq!(host(scale.lambda.val()), [0.25; 12]);
    assert_eq!(host(model.layer_norm.gamma.val()), [1.0; 12]);
    assert_eq!(host(model.embeddings.projection.bias.val()), [0.0; 12]);
    let vit = classifier(&tiny(VisionKind::Vit));
    assert!(vit.backbone.layers[0].attention_scale.is_none());
    assert_eq!(host(vit.classifier.bias.unwrap().val()), [0.0; 5]);
}

#[test]
fn images_that_do_not_fit_are_errors_that_name_their_size() {
    let message = |config: &ViTConfig, shape: [usize; 3]| {
        let [channels, height, width] = shape;
        config
            .check_images(channels, height, width)
            .unwrap_err()
            .to_string()
    };
    let (vit, dinov2) = (tiny(VisionKind::Vit), tiny(VisionKind::Dinov2));
    assert!(vit.check_images(2, 8, 8).is_ok());
    assert!(dinov2.check_images(2, 4, 9).is_ok());
    assert_eq!(
        message(&vit, [1, 8, 8]),
        "images have 1 channels, but the model takes 2"
    );
    assert_eq!(
        message(&vit, [2, 8, 9]),
        "images are 8 x 9 pixels, expected 8 x 8, or interpolate_pos_encoding for other sizes"
    );
    assert_eq!(
        message(&dinov2, [2, 3, 9]),
        "images are 3 x 9 pixels, expected at least one patch of 4 x 4"
    );
    assert!(
        vit.clone()
            .with_interpolation()
            .check_images(2, 8, 9)
            .is_ok()
    );
}

#[test]
#[should_panic(expected = "images are 8 x 12 pixels, expected 8 x 8")]
fn an_image_of_another_size_panics_without_interpolation() {
    classifier(&tiny(VisionKind::Vit)).forward(images([8, 12], &fixture::device()));
}
