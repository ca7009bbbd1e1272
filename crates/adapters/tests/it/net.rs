//! A module as a user writes it: adapted layers in fields, a `Vec` and an `Option`, and parameters
//! that only look like adapters.

use std::collections::BTreeMap;

use adapters::{
    AdaptedLinear, FactorInit, LoraConfig, MaskStream, Start, Trains, adapt, adaptable,
};
use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::{Device, Tensor};

use crate::fixture::{bits, layer, random};

#[derive(Module, Debug)]
pub struct Block {
    pub up: AdaptedLinear,
    pub down: AdaptedLinear,
}
adaptable!(Block { up, down });

/// Its fields have the names of an adapter's, which it is not.
#[derive(Module, Debug)]
pub struct Gain {
    a: Param<Tensor<1>>,
    b: Param<Tensor<1>>,
}

impl Gain {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        x * self.a.val().unsqueeze() + self.b.val().unsqueeze()
    }
}

#[derive(Module, Debug)]
pub struct Net {
    pub stem: AdaptedLinear,
    pub blocks: Vec<Block>,
    pub side: Option<AdaptedLinear>,
    absent: Option<AdaptedLinear>,
    /// Its paths are `adapter.a` and `adapter.b`.
    adapter: Gain,
    /// Its paths contain `adapter.a`.
    my_adapter: Gain,
    pub head: AdaptedLinear,
}
adaptable!(Net {
    stem,
    blocks,
    side,
    absent,
    head
});

/// Width of the network.
pub const D: usize = 6;

impl Net {
    pub fn new(seed: u64, device: &Device) -> Self {
        let layer = |d_in, d_out, k: u64| layer(d_in, d_out, 100 * seed + 10 * k, device);
        let gain = |k| Gain {
            a: Param::from_tensor(random([D], 100 * seed + k, device) + 2.0),
            b: Param::from_tensor(random([D], 100 * seed + k + 1, device)),
        };
        let block = |k| Block {
            up: layer(D, 9, k),
            down: layer(9, D, k + 1),
        };
        Self {
            stem: layer(4, D, 0),
            blocks: vec![block(1), block(3)],
            side: Some(layer(D, D, 5)),
            absent: None,
            adapter: gain(61),
            my_adapter: gain(71),
            head: layer(D, 3, 8),
        }
    }

    /// `[batch, 4]` to `[batch, 3]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let mut x = self.stem.forward(x).tanh();
        for block in &self.blocks {
            x = x.clone() + block.down.forward(block.up.forward(x).tanh());
        }
        if let Some(side) = &self.side {
            x = side.forward(x).tanh();
        }
        let x = self.my_adapter.forward(self.adapter.forward(x));
        self.head.forward(x)
    }
}

/// The layers of [`adapted`], in the order of the module.
pub const TARGETS: [&str; 3] = ["stem", "down", "side"];
pub const ADAPTED: [&str; 4] = ["stem", "blocks.0.down", "blocks.1.down", "side"];

/// The network with adapters of which one factor is zero, and only what `trains` and the head say
/// trains.
pub fn adapted(trains: Trains, seed: u64, device: &Device) -> Net {
    let start = FactorInit::Orthonormal;
    let config = match trains {
        Trains::A => LoraConfig::train_a(2, start),
        Trains::B => LoraConfig::train_b(2, start),
        Trains::Both => LoraConfig::train_both(2, Start::A(start)),
    };
    let config = config.with_alpha(7.0).with_dropout(0.1);
    let mut net = Net::new(seed, device);
    let masks = MaskStream::new(seed);
    let paths = adapt(&mut net, &config, &TARGETS, seed, &masks).unwrap();
    assert_eq!(paths, ADAPTED);
    adapters::train_adapters_and(net, &["head"])
}

/// What [`adapted`] is to train, in the order of the module.
pub fn declared(trains: Trains) -> Vec<String> {
    let mut paths = Vec::new();
    for layer in ADAPTED {
        if trains.a() {
            paths.push(format!("{layer}.adapter.a"));
        }
        if trains.b() {
            paths.push(format!("{layer}.adapter.b"));
        }
    }
    paths.extend(["head.weight".to_owned(), "head.bias".to_owned()]);
    paths
}

/// Every parameter's id and bits, by path.
#[derive(Default)]
pub struct Snapshot {
    path: Vec<String>,
    pub ids: BTreeMap<String, ParamId>,
    pub bits: BTreeMap<String, Vec<u32>>,
}

impl Snapshot {
    pub fn of(module: &impl Module) -> Self {
        let mut snapshot = Self::default();
        module.visit(&mut snapshot);
        snapshot
    }

    /// Paths whose bits differ, sorted.
    pub fn changed(&self, later: &Self) -> Vec<String> {
        assert!(self.bits.keys().eq(later.bits.keys()));
        let differs = |path: &&String| self.bits[*path] != later.bits[*path];
        self.bits.keys().filter(differs).cloned().collect()
    }
}

impl ModuleVisitor for Snapshot {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        self.ids.insert(path.clone(), param.id);
        self.bits.insert(path, bits(&param.val()));
    }
}
