//! Five examples of every split, to be read by people: the labels must be right by the language's semantics.

use std::fmt::Write;

use lab::{LabConfig, corpus, glue};
use tasks::glue::GlueTask;

#[test]
fn examples_are_right_in_the_eyes_of_a_reader() {
    let mut text = String::new();
    for task in GlueTask::ALL {
        for split in glue(task, 0, &LabConfig::default()).validation {
            writeln!(text, "{task} {}", split.name).unwrap();
            for example in &split.examples[..5] {
                let label = match task.labels().get(example.label as usize) {
                    Some(name) => (*name).to_owned(),
                    None => format!("{:.1}", example.label),
                };
                let b = example
                    .b
                    .as_ref()
                    .map_or(String::new(), |b| format!("  |  {b}"));
                writeln!(text, "    {label}: {}{b}", example.a).unwrap();
            }
        }
    }
    insta::assert_snapshot!("examples", text);
}

#[test]
fn the_corpus_has_every_kind_of_line() {
    let lines: Vec<String> = corpus(0, 24)
        .into_iter()
        .map(|line| {
            line.b
                .map_or(line.a.clone(), |b| format!("{}  |  {b}", line.a))
        })
        .collect();
    insta::assert_snapshot!("corpus", lines.join("\n"));
}
