//! temporary
use std::io::Write;
use tasks::glue::GlueTask;
use tasks::lab::{LabConfig, corpus, glue, train_tokenizer};
fn main() {
    let dir = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let t = std::time::Instant::now();
    if n > 0 {
        let lines = corpus(1, n);
        println!("corpus {:?}", t.elapsed());
        let mut f = std::io::BufWriter::new(std::fs::File::create(dir.join("corpus.tsv")).unwrap());
        for l in &lines {
            writeln!(f, "{}\t{}", l.a, l.b.clone().unwrap_or_default()).unwrap();
        }
        for v in [768, 896, 1024, 1280] {
            let t = std::time::Instant::now();
            std::fs::write(
                dir.join(format!("tok{v}.json")),
                train_tokenizer(&lines[..20000.min(n)], v).unwrap(),
            )
            .unwrap();
            println!("tok {v} {:?}", t.elapsed());
        }
    }
    for task in GlueTask::ALL {
        let t = std::time::Instant::now();
        let e = |k: &str, v: u32| std::env::var(k).map(|x| x.parse().unwrap()).unwrap_or(v);
        let q = tasks::lab::Difficulty::default();
        let difficulty = tasks::lab::Difficulty {
            rare_words: e("RARE", q.rare_words),
            passive: e("PASSIVE", q.passive),
            weakened_twice: e("SECOND", q.weakened_twice),
            subtle: e("SUBTLE", q.subtle),
            stray_negation: e("STRAY", q.stray_negation),
            far: e("FAR", q.far),
            distractor: e("DIST", q.distractor),
            swaps: e("SWAPS", q.swaps),
            ..q
        };
        let d = glue(
            task,
            1,
            &LabConfig {
                difficulty,
                ..LabConfig::default()
            },
        );
        println!("{task} {:?} {}", t.elapsed(), d.digest);
        let mut f = std::io::BufWriter::new(
            std::fs::File::create(dir.join(format!("{task}.tsv"))).unwrap(),
        );
        for e in &d.train {
            writeln!(
                f,
                "train\t{}\t{}\t{}",
                e.label,
                e.a,
                e.b.clone().unwrap_or_default()
            )
            .unwrap();
        }
        for s in &d.validation {
            for e in &s.examples {
                writeln!(
                    f,
                    "{}\t{}\t{}\t{}",
                    s.name,
                    e.label,
                    e.a,
                    e.b.clone().unwrap_or_default()
                )
                .unwrap();
            }
        }
    }
}
