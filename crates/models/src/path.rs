//! Where a traversal of a module's parameters is.

/// The names from the root of a traversal to where it is.
#[derive(Default)]
pub(crate) struct Path(Vec<String>);

impl Path {
    /// A path that starts below `root`, unless that is empty.
    pub(crate) fn below(root: &str) -> Self {
        let mut path = Self::default();
        if !root.is_empty() {
            path.enter(root);
        }
        path
    }

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
