"""Tokenizer fixtures of crates/tasks from transformers 4.57.1.

    python reference/tokenize_pairs.py

Trains a tiny byte-level BPE (RoBERTa layout) and a tiny WordPiece (BERT layout) on sentences made here, and writes under
crates/tasks/tests/fixtures: {roberta,bert}-tokenizer.json, as transformers saves it (with padding and truncation set, so
that the reader must switch them off), and {roberta,bert}-pairs.json with the ids and type ids that transformers gives.
"""

import json
import random
import tempfile
from pathlib import Path

from tokenizers import ByteLevelBPETokenizer, BertWordPieceTokenizer
from transformers import BertTokenizerFast, RobertaTokenizerFast

OUT = Path(__file__).resolve().parent.parent / "crates/tasks/tests/fixtures"

NOUNS = "sailor weight rope pulley doll breeze theory number river question answer engine museum teacher".split()
VERBS = "rode made stretched wriggled answered follows contains denies repairs paints doubts measures".split()
ADJECTIVES = "clear loose heavy mechanical early unlikely graceful blue twenty-first naïve".split()


def corpus():
    rng = random.Random(16842)
    for _ in range(2000):
        a, b = rng.sample(NOUNS, 2)
        adjective, verb = rng.choice(ADJECTIVES), rng.choice(VERBS)
        yield f"The {adjective} {a} {verb} the {b}."
        yield f'Didn\'t "the {b}" say that {a}s, {rng.randint(1, 2024)} of them, {verb} it?'


LONG = "The mechanical sailor doubts the theory of the museum, " * 6
CASES = [
    ("The sailor rode the breeze clear of the rocks.", None, 64),
    ("The sailor rode the breeze.", "A breeze carried the sailor.", 64),
    ("", None, 64),
    ("", "", 64),
    ("", "The answer.", 64),
    ("The question?", "", 64),
    ("   leading, trailing and  double spaces ", "  tabs\tand\nnewlines  ", 64),
    ('He said "100 percent" and didn\'t stop; it\'s 3,5 % – “so what?”', 'A "stray quote', 64),
    ("naïve café, cafe\u0301, Ærøskøbing, İstanbul, STRASSE ẞ", "日本語のテキスト 한국어 עברית العربية", 64),
    ("emoji 🦀🙂 and family 👩‍👩‍👧, flags 🇩🇰", "zero\u200bwidth, soft\u00adhyphen, nbsp\u00a0here, \ufeffmark", 64),
    ("<s> [CLS] </s> [SEP] <pad> [PAD] <mask> [MASK] in the text", "</s></s>", 64),
    ("unseenlongwordwithoutspaces" * 5, "xyzzy", 64),
    (LONG, None, 16),
    (LONG, LONG, 16),
    (LONG, LONG, 17),
    (LONG, "The theory.", 24),
    ("The theory.", LONG, 24),
    ("The heavy engine answered.", "The blue river contains the rope.", 12),
    (LONG, "", 9),
    ("The theory.", "The answer.", 5),
    (LONG, LONG, 128),
    ("The question", "the answer", 512),
]


def write(name, tokenizer):
    # Set after training, so that the saved file asks for padding and truncation that our reader must ignore.
    tokenizer.backend_tokenizer.enable_truncation(max_length=7)
    tokenizer.backend_tokenizer.enable_padding(length=9, pad_id=tokenizer.pad_token_id, pad_token=tokenizer.pad_token)
    tokenizer.backend_tokenizer.save(str(OUT / f"{name}-tokenizer.json"), pretty=False)
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    lines = []
    for a, b, max_len in CASES:
        # Lists, as run_glue passes them: given strings, transformers takes an empty second text for none at all.
        arguments = ([a],) if b is None else ([a], [b])
        encoded = tokenizer(*arguments, truncation=True, max_length=max_len, return_token_type_ids=True)
        lines.append(json.dumps({
            "a": a, "b": b, "max_len": max_len, "ids": encoded["input_ids"][0], "type_ids": encoded["token_type_ids"][0],
        }))
    (OUT / f"{name}-pairs.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        bpe = ByteLevelBPETokenizer()
        bpe.train_from_iterator(corpus(), vocab_size=600, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
        bpe.save_model(folder)
        write("roberta", RobertaTokenizerFast(f"{folder}/vocab.json", f"{folder}/merges.txt"))
        word_piece = BertWordPieceTokenizer(lowercase=True)
        word_piece.train_from_iterator(corpus(), vocab_size=300)
        word_piece.save_model(folder)
        write("bert", BertTokenizerFast(f"{folder}/vocab.txt"))


if __name__ == "__main__":
    main()
