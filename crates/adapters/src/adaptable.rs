//! Finding the adaptable layers of a module, and adapting those that are named.

use burn::module::{Module, ModuleMapper};
use ops::MaskStream;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::{AdaptedLinear, Adapter, AdapterConfig, AdapterError};

/// A module that can name its [`AdaptedLinear`] layers. Implement it with [`adaptable!`].
///
/// An adapter on a layer that is not named counts as part of the pretrained model: it is frozen and
/// cast like it.
///
/// [`adaptable!`]: crate::adaptable
pub trait Adaptable {
    /// Calls `visit` with the path and the layer, for each adaptable layer below `path`.
    fn visit_linears(&mut self, path: &str, visit: &mut dyn FnMut(&str, &mut AdaptedLinear));
}

impl Adaptable for AdaptedLinear {
    fn visit_linears(&mut self, path: &str, visit: &mut dyn FnMut(&str, &mut AdaptedLinear)) {
        visit(path, self);
    }
}

impl<M: Adaptable> Adaptable for Vec<M> {
    fn visit_linears(&mut self, path: &str, visit: &mut dyn FnMut(&str, &mut AdaptedLinear)) {
        for (i, module) in self.iter_mut().enumerate() {
            module.visit_linears(&join(path, &i.to_string()), visit);
        }
    }
}

impl<M: Adaptable> Adaptable for Option<M> {
    fn visit_linears(&mut self, path: &str, visit: &mut dyn FnMut(&str, &mut AdaptedLinear)) {
        if let Some(module) = self {
            module.visit_linears(path, visit);
        }
    }
}

/// `path.name`, or `name` at the root.
#[doc(hidden)]
pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// Implements [`Adaptable`] for a struct: `adaptable!(Mlp { up, down })` names the fields that are
/// or contain adaptable layers.
#[macro_export]
macro_rules! adaptable {
    ($module:ty { $($field:ident),+ $(,)? }) => {
        impl $crate::Adaptable for $module {
            fn visit_linears(
                &mut self,
                path: &str,
                visit: &mut dyn FnMut(&str, &mut $crate::AdaptedLinear),
            ) {
                $($crate::Adaptable::visit_linears(
                    &mut self.$field,
                    &$crate::__join(path, stringify!($field)),
                    visit,
                );)+
            }
        }
    };
}

/// Calls `visit` with a layer's path and its adapter, for each adapted layer of a module.
///
/// Between two steps of training this is how a method reaches all adapters at once: gradients are
/// found by their parameters' ids, and what `visit` writes into a parameter stays.
pub fn visit_adapters(module: &mut impl Adaptable, visit: &mut dyn FnMut(&str, &mut Adapter)) {
    module.visit_linears("", &mut |path, layer| {
        if let Some(adapter) = &mut layer.adapter {
            visit(path, adapter);
        }
    });
}

/// Maps every parameter but those of adapters.
pub(crate) fn map_around_adapters<M: Module + Adaptable>(
    mut module: M,
    mapper: &mut impl ModuleMapper,
) -> M {
    let mut adapters = Vec::new();
    module.visit_linears("", &mut |_, layer| adapters.push(layer.adapter.take()));
    let mut module = module.map(mapper);
    let mut adapters = adapters.into_iter();
    module.visit_linears("", &mut |_, layer| {
        layer.adapter = adapters.next().flatten()
    });
    module
}

/// Gives every layer whose path ends in one of `targets` (on a dot boundary) a fresh adapter.
///
/// Each layer draws its factors from a generator of its own, made from `seed` and the layer's path:
/// the same layer starts the same whatever else the model has.
/// Pretrained weights must be loaded before. An adapter that a layer has already is replaced, and
/// unmerged before if it was merged. Returns the paths of the adapted layers.
///
/// # Errors
/// If no layer matches, or the settings do not fit a layer; the module is then partly adapted and
/// should be dropped.
pub fn adapt(
    module: &mut impl Adaptable,
    config: &impl AdapterConfig,
    targets: &[&str],
    seed: u64,
    masks: &MaskStream,
) -> Result<Vec<String>, AdapterError> {
    config.check(targets)?;
    let mut adapted = Vec::new();
    let mut others = Vec::new();
    let mut failure = None;
    module.visit_linears("", &mut |path, layer| {
        if !targets.iter().any(|target| ends_with(path, target)) {
            others.push(path.to_owned());
            return;
        }
        layer.unmerge();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(fnv1a(path));
        match config.adapter(path, &layer.weight.val(), masks, &mut rng) {
            Ok(adapter) => {
                layer.adapter = Some(adapter);
                adapted.push(path.to_owned());
            }
            Err(error) => {
                failure.get_or_insert_with(|| AdapterError::Layer {
                    path: path.to_owned(),
                    reason: Box::new(error),
                });
            }
        }
    });
    if let Some(error) = failure {
        return Err(error);
    }
    if adapted.is_empty() {
        return Err(AdapterError::NoTarget {
            targets: targets.iter().map(|target| (*target).to_owned()).collect(),
            available: others,
        });
    }
    Ok(adapted)
}

/// Whether `path` is `target` or ends in it after a dot.
pub(crate) fn ends_with(path: &str, target: &str) -> bool {
    path.strip_suffix(target)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo): a stable number for a path.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
