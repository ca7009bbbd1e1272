//! Learning which of two clouds a point is from.

use adapters::{AdaptedLinear, AdaptedLinearConfig, MaskStream, adaptable};
use anyhow::Result;
use burn::module::Module;
use burn::nn::Initializer;
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use repro::run::Settings;
use repro::train::loss::cross_entropy;
use repro::train::seeds::{Purpose, rng};
use repro::train::{Length, Measure, Task};

#[derive(Module, Debug)]
pub struct Net {
    body: AdaptedLinear,
    classifier: AdaptedLinear,
}
adaptable!(Net { body, classifier });

type Own = <super::Toy as repro::suites::Suite>::Own;

pub struct Points<'a>(pub &'a Settings<Own>, pub &'a Device);

impl Points<'_> {
    /// The logits of the points of one draw `[n, 2]`, and their classes.
    fn classify(&self, model: &Net, draw: u64, device: &Device) -> (Tensor<2>, Vec<i64>) {
        let (n, rng) = (self.0.own.0.batch_size, &mut rng(draw, Purpose::Inputs));
        let labels: Vec<i64> = (0..n).map(|_| rng.random_range(0..2)).collect();
        let mut point = |label: i64| {
            let centre = self.0.own.1.distance * label as f32;
            [(); 4].map(|()| centre + rng.random_range(-1.0f32..1.0))
        };
        let points: Vec<f32> = labels.iter().flat_map(|&label| point(label)).collect();
        let x = Tensor::<2>::from_data(TensorData::new(points, [n, 4]), device);
        (model.classifier.forward(model.body.forward(x)), labels)
    }
}

impl Task for Points<'_> {
    type Model = Net;
    type Batch = u64;
    const HEAD: &'static str = "classifier";

    fn model(&self, _masks: &MaskStream) -> Result<Net> {
        let ones = |d_out| AdaptedLinearConfig::new(4, d_out).with_initializer(Initializer::Ones);
        Ok(Net {
            body: ones(4).init(self.1),
            classifier: ones(2).init(self.1),
        })
    }

    fn length(&self) -> Length {
        Length::of_steps(self.0.own.0.steps, 1)
    }

    fn batches(&self, from: usize) -> Box<dyn Iterator<Item = Result<u64>> + '_> {
        Box::new((from..).map(|step| Ok((self.0.seed << 32) + step as u64)))
    }

    fn size(&self, _batch: &u64) -> usize {
        self.0.own.0.batch_size
    }

    fn loss(&self, model: &Net, batch: &u64) -> Result<Tensor<1>> {
        let (logits, labels) = self.classify(model, *batch, &self.1.clone().autodiff());
        Ok(cross_entropy(logits, labels))
    }

    fn watch(&self, model: &Net) -> Result<Vec<Measure>> {
        let (logits, labels) = self.classify(model, u64::MAX, self.1);
        let chosen: Vec<i64> = logits.argmax(1).into_data().iter().collect();
        let right = chosen.iter().zip(&labels).filter(|(a, b)| a == b).count();
        Ok(vec![Measure::accuracy("all", right, labels.len())])
    }
}
