//! Which parameters train.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// Freezes everything but the adapters' chosen factors and all parameters below one of `prefixes`
/// (the head, say).
///
/// Works before or after [`Module::train`].
pub fn train_adapters_and<M: Module>(module: M, prefixes: &[&str]) -> M {
    module.map(&mut Freeze {
        path: Path::default(),
        keep: &|path| {
            path.contains("adapter.") || prefixes.iter().any(|prefix| is_below(path, prefix))
        },
        force: &|path| prefixes.iter().any(|prefix| is_below(path, prefix)),
    })
}

/// Trains every parameter, as full fine-tuning does.
pub fn train_all<M: Module>(module: M) -> M {
    module.map(&mut Freeze {
        path: Path::default(),
        keep: &|_| true,
        force: &|_| true,
    })
}

/// Paths of the parameters that train, in the module's order.
///
/// Call it on a module on an autodiff device, after [`Module::train`].
pub fn trained_paths<M: Module>(module: &M) -> Vec<String> {
    let mut visitor = Trained::default();
    module.visit(&mut visitor);
    visitor.found
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The names from the root of a traversal to where it is.
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
    /// Parameters whose setting stays.
    keep: &'a dyn Fn(&str) -> bool,
    /// Parameters that train whatever they did before.
    force: &'a dyn Fn(&str) -> bool,
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
        if (self.force)(&path) {
            param.set_require_grad(true)
        } else if (self.keep)(&path) {
            param
        } else {
            param.set_require_grad(false)
        }
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
        if param.is_require_grad() {
            self.found.push(self.path.joined());
        }
    }
}
