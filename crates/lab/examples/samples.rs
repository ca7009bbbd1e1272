//! Prints samples of the mini lab: `cargo run -p lab --example samples -- [SEED [COUNT]]`.
//!
//! Takes a second; shows lines of the pretraining corpus and labelled examples of every task.

use lab::{LabConfig, Sizes, corpus, glue};
use tasks::glue::{Example, GlueTask};

fn main() {
    let mut numbers = std::env::args().skip(1).map(|argument| {
        argument.parse::<u64>().unwrap_or_else(|_| {
            eprintln!("`{argument}` is not a whole number: usage is samples [SEED [COUNT]]");
            std::process::exit(2)
        })
    });
    let seed = numbers.next().unwrap_or(0);
    let count = numbers.next().unwrap_or(12) as usize;

    println!("corpus");
    for line in corpus(seed, count * 3) {
        match line.b {
            Some(b) => println!("    {}  |  {b}", line.a),
            None => println!("    {}", line.a),
        }
    }
    let config = LabConfig {
        sizes: Sizes {
            max_train: count,
            max_validation: count,
        },
        ..LabConfig::default()
    };
    for task in GlueTask::ALL {
        for split in glue(task, seed, &config).validation {
            println!("\n{task} {}", split.name);
            split
                .examples
                .iter()
                .for_each(|example| show(task, example));
        }
    }
}

fn show(task: GlueTask, example: &Example) {
    let label = match task.labels().get(example.label as usize) {
        Some(name) => (*name).to_owned(),
        None => format!("{:.1}", example.label),
    };
    match &example.b {
        Some(b) => println!("    {label:<16} {}  |  {b}", example.a),
        None => println!("    {label:<16} {}", example.a),
    }
}
