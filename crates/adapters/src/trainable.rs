//! Which parameters train.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::adaptable::map_around_adapters;
use crate::{Adaptable, visit_adapters};

/// Freezes everything but what each adapter trains and all parameters below one of `prefixes` (the
/// head, say).
///
/// An adapter keeps its own choice even below a prefix: an adapted head trains, its adapter's
/// frozen factor does not.
/// Works before or after [`Module::train`].
pub fn train_adapters_and<M: Module + Adaptable>(module: M, prefixes: &[&str]) -> M {
    let mut freeze = Freeze {
        path: Path::default(),
        prefixes,
    };
    let mut module = map_around_adapters(module, &mut freeze);
    visit_adapters(&mut module, &mut |_, adapter| adapter.choose_trained());
    module
}

/// Trains every parameter, as full fine-tuning does; an adapter's frozen factor too.
pub fn train_all<M: Module>(module: M) -> M {
    module.set_require_grad(true)
}

/// Paths of the parameters that train, in the module's order.
///
/// On a device without autodiff, those that [`Module::train`] will let train.
/// Initialises no parameter.
pub fn trained_paths<M: Module>(module: &M) -> Vec<String> {
    let mut visitor = Trained::default();
    module.visit(&mut visitor);
    visitor.found
}

/// Whether `param` trains, or will once the module does; does not initialise it.
pub(crate) fn trains<const D: usize>(param: &Param<Tensor<D>>) -> bool {
    let device = param.lazy_device();
    if param.is_initialized() && device.is_autodiff() {
        return param.is_require_grad();
    }
    // Burn keeps the setting private, but gives it to whatever is loaded in a parameter's place:
    // load one number into a copy and look at that.
    let probe = Tensor::zeros([1; D], &device);
    let id = param.id;
    let copy = param.clone().load_mapper(|probe| probe);
    copy.transform_for_load(probe, id).train().is_require_grad()
}

pub(crate) fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The fields from the root of a traversal to where it is.
#[derive(Default)]
pub(crate) struct Path(Vec<String>);

impl Path {
    pub(crate) fn enter(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }

    pub(crate) fn exit(&mut self) {
        self.0.pop();
    }

    pub(crate) fn joined(&self) -> String {
        self.0.join(".")
    }
}

struct Freeze<'a> {
    path: Path,
    /// Below them everything trains, whatever it did before.
    prefixes: &'a [&'a str],
}

impl ModuleMapper for Freeze<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let path = self.path.joined();
        let trains = self.prefixes.iter().any(|prefix| is_below(&path, prefix));
        param.set_require_grad(trains)
    }
}

#[derive(Default)]
struct Trained {
    path: Path,
    found: Vec<String>,
}

impl ModuleVisitor for Trained {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if trains(param) {
            self.found.push(self.path.joined());
        }
    }
}
