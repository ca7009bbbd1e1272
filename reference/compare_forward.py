#!/usr/bin/env python3
"""Compares the `forward` binary with transformers on any RoBERTa or BERT checkpoint.

Usage:   python reference/compare_forward.py CHECKPOINT [SENTENCE ...]
Needs:   pip install torch==2.11 transformers==4.57.1 safetensors; cargo; CHECKPOINT/tokenizer.json
Prints:  the largest differences of hidden states and logits, and how far PyTorch's own f32 result
         is from its f64 one. Exits 1 above 1e-4.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import AutoModel, AutoModelForSequenceClassification

SENTENCES = [
    "The quick brown fox jumps over the lazy dog.",
    "No.",
    "Low-rank adapters change a frozen matrix by a product of two thin ones, of which only one "
    "needs to be trained if the other is random and orthonormal.",
    "He said \"naïve café\" twice; 3.14 times, in fact!",
    "Which of the two matrices matters more?",
]
LIMIT = 1e-4


def main():
    checkpoint = pathlib.Path(sys.argv[1])
    config = json.loads((checkpoint / "config.json").read_text())
    tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
    pad = config["pad_token_id"]
    tokenizer.enable_padding(pad_id=pad, pad_token=tokenizer.id_to_token(pad))
    tokenizer.enable_truncation(128)
    rows = tokenizer.encode_batch(sys.argv[2:] or SENTENCES)
    batch = {
        "input_ids": torch.tensor([row.ids for row in rows]),
        "attention_mask": torch.tensor([row.attention_mask for row in rows]),
    }
    if config["type_vocab_size"] > 1:
        batch["token_type_ids"] = torch.tensor([row.type_ids for row in rows])

    with tempfile.TemporaryDirectory() as folder:
        inputs, outputs = (f"{folder}/{name}.safetensors" for name in ("inputs", "outputs"))
        save_file(batch, inputs)
        options = ["--checkpoint", checkpoint, "--inputs", inputs, "--outputs", outputs]
        subprocess.run(["cargo", "run", "-q", "-p", "repro", "--bin", "forward", "--", *options], check=True)
        ours = load_file(outputs)

    def theirs(dtype):
        options = dict(attn_implementation="eager", dtype=torch.float32)
        with torch.no_grad():
            out = {"last_hidden_state": AutoModel.from_pretrained(checkpoint, **options).to(dtype)(**batch)[0]}
            if "logits" in ours:
                head = AutoModelForSequenceClassification.from_pretrained(checkpoint, **options)
                out["logits"] = head.to(dtype).eval()(**batch).logits
        return out

    single, double = theirs(torch.float32), theirs(torch.float64)
    real = batch["attention_mask"].bool()
    worst = 0.0

    def report(name, rows):
        nonlocal worst
        a, b, exact = (tensors[name.split()[0]][rows].double() for tensors in (ours, single, double))
        differences = [(x - y).abs().max().item() for x, y in ((a, b), (a, exact), (b, exact))]
        print("{}: ours from f32 {:.1e}, ours from f64 {:.1e}, PyTorch's f32 from f64 {:.1e}".format(name, *differences))
        # Nothing reads the states of padding, and rounding alone changes them more.
        if "padding" not in name:
            worst = max(worst, differences[0])

    report("last_hidden_state of real tokens", real)
    if not real.all():
        report("last_hidden_state of padding", ~real)
    if "logits" in ours:
        report("logits", slice(None))
    print(f"{int((~real).sum())} of {real.numel()} tokens are padding")
    sys.exit(worst > LIMIT)


if __name__ == "__main__":
    main()
