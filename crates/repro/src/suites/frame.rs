//! What the tables of a suite have in common.

use results::{Arm, PaperTable, Plot, Selection, TableHead, View};

/// End of the names of tables in which all arms have one learning rate.
pub const SHARED_LR: &str = "-shared-lr";

/// What the tables of a suite have in common.
#[derive(Clone, Debug)]
pub struct TableFrame {
    /// Scale of the rows.
    pub scale: String,
    /// Whose rows come first.
    pub view: View,
    /// Whether all arms have one learning rate.
    pub shared_lr: bool,
    /// Whether the program makes the data, which then have no published sizes.
    pub is_generated: bool,
    /// The experiment's arms, in its order.
    pub arms: Vec<Arm>,
}

impl TableFrame {
    /// The head of the table of this number, without columns, notes and plots.
    pub fn head(&self, suite: &str, number: u8, title: &str) -> TableHead {
        let scale = &self.scale;
        let (ending, rates, flag) = match self.shared_lr {
            true => (SHARED_LR, " at one shared learning rate", " --shared-lr"),
            false => ("", "", ""),
        };
        TableHead {
            name: format!("table{number}{ending}"),
            title: format!("Table {number}{rates}: {title}"),
            suite: suite.to_owned(),
            place: 10 * u32::from(number) + u32::from(self.shared_lr),
            paper_number: number,
            scale: scale.clone(),
            view: self.view,
            selection: Selection::Last,
            columns: Vec::new(),
            average: false,
            notes: Vec::new(),
            warning: String::new(),
            plots: Vec::<Plot>::new(),
            command: format!("cargo run -p repro --bin table{number} -- --scale {scale}{flag}"),
        }
    }
}

/// The paper's table of this number; `text` is its transcription.
pub(super) fn paper(number: u8, text: &str) -> PaperTable {
    PaperTable::parse(number, format!("paper/table{number}.csv"), text)
        .expect("the transcription is part of the source and tested")
}
