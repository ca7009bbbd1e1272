//! A suite in one folder: points of two clouds, told apart by a matrix and a head.

mod points;

use anyhow::Result;
use burn::tensor::Device;
use repro::experiment::{DataEntry, StepsEntry};
use repro::run::{Digests, Run};
use repro::suites::{ExperimentOf, Suite, TableFrame, World};
use results::{Column, TableHead, TableSpec};
use serde::{Deserialize, Serialize};

use points::Points;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Data {
    distance: f32,
}

impl DataEntry for Data {
    fn is_generated(&self) -> bool {
        true
    }
}

pub struct Toy(Device);

impl Suite for Toy {
    const NAME: &'static str = "toy";
    const REVISION: u32 = 1;
    type Entry = StepsEntry;
    type Data = Data;
    type Own = (StepsEntry, Data);
    type Task<'a> = Points<'a>;

    fn task_keys() -> Vec<&'static str> {
        vec!["clouds", "more_clouds"]
    }

    fn open(_: &ExperimentOf<Self>, world: &World, _: &[String]) -> Result<Self> {
        Ok(Self(world.device.clone()))
    }

    fn digests(&self) -> Result<Digests> {
        Ok(Digests::default())
    }

    fn data_digest(&self, task: &str) -> String {
        task.into()
    }

    fn own(&self, experiment: &ExperimentOf<Self>, task: &str) -> Self::Own {
        (experiment.tasks[task].clone(), experiment.data.clone())
    }

    fn task<'a>(&'a self, run: &'a Run<Self::Own>) -> Result<Points<'a>> {
        Ok(Points(&run.settings, &self.0))
    }

    fn tables(frame: &TableFrame) -> Vec<TableSpec> {
        let column = |key| Column::of_split(key, "accuracy", "all", key);
        let head = TableHead {
            columns: Self::task_keys().into_iter().map(column).collect(),
            ..frame.head("Toy", 99, "two clouds of points")
        };
        vec![TableSpec::of_arms(head, &frame.arms)]
    }
}
