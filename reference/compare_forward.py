#!/usr/bin/env python3
"""Compares the `forward` binary with transformers on any RoBERTa, BERT, ViT or DINOv2 checkpoint.

Usage:   python reference/compare_forward.py CHECKPOINT [SENTENCE ...]
         python reference/compare_forward.py CHECKPOINT [HEIGHTxWIDTH]      (images; 224x224)
Needs:   pip install torch==2.11 transformers==4.57.1 safetensors; cargo; CHECKPOINT/tokenizer.json
         for text. Images are random: four of them, N(0, 1) as after normalisation.
Prints:  the largest differences of hidden states and logits, and how far PyTorch's own f32 result
         is from its f64 one. Exits 1 above 1e-4.
"""

import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel, AutoModelForImageClassification, AutoModelForSequenceClassification

SENTENCES = [
    "The quick brown fox jumps over the lazy dog.",
    "No.",
    "Low-rank adapters change a frozen matrix by a product of two thin ones, of which only one "
    "needs to be trained if the other is random and orthonormal.",
    "He said \"naïve café\" twice; 3.14 times, in fact!",
    "Which of the two matrices matters more?",
]
LIMIT = 1e-4


def sentences(checkpoint, config, texts):
    """Tokens, and what `forward` and transformers are called with beside them: nothing."""
    tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
    pad = config["pad_token_id"]
    tokenizer.enable_padding(pad_id=pad, pad_token=tokenizer.id_to_token(pad))
    tokenizer.enable_truncation(128)
    rows = tokenizer.encode_batch(texts or SENTENCES)
    batch = {
        "input_ids": torch.tensor([row.ids for row in rows]),
        "attention_mask": torch.tensor([row.attention_mask for row in rows]),
    }
    if config["type_vocab_size"] > 1:
        batch["token_type_ids"] = torch.tensor([row.type_ids for row in rows])
    return batch, [], {}


def images(config, size):
    """Pixels, and how a ViT is told to take another size than its own."""
    height, width = (int(side) for side in (size or "224x224").split("x"))
    generator = torch.Generator().manual_seed(0)
    batch = {"pixel_values": torch.randn(4, config["num_channels"], height, width, generator=generator)}
    if config["model_type"] == "vit" and (height, width) != (config["image_size"],) * 2:
        return batch, ["--interpolate-pos-encoding"], {"interpolate_pos_encoding": True}
    return batch, [], {}


def main():
    checkpoint = pathlib.Path(sys.argv[1])
    config = AutoConfig.from_pretrained(checkpoint).to_dict()
    if "image_size" in config:
        batch, flags, arguments = images(config, "".join(sys.argv[2:]))
        auto_classifier = AutoModelForImageClassification
    else:
        batch, flags, arguments = sentences(checkpoint, config, sys.argv[2:])
        auto_classifier = AutoModelForSequenceClassification

    with tempfile.TemporaryDirectory() as folder:
        inputs, outputs = (f"{folder}/{name}.safetensors" for name in ("inputs", "outputs"))
        save_file(batch, inputs)
        options = ["--checkpoint", checkpoint, "--inputs", inputs, "--outputs", outputs, *flags]
        subprocess.run(["cargo", "run", "-q", "-p", "repro", "--bin", "forward", "--", *options], check=True)
        ours = load_file(outputs)

    def theirs(dtype):
        options = dict(attn_implementation="eager", dtype=torch.float32)
        with torch.no_grad():
            given = {name: x.to(dtype) if x.is_floating_point() else x for name, x in batch.items()}
            model = AutoModel.from_pretrained(checkpoint, **options).to(dtype).eval()
            out = {"last_hidden_state": model(**given, **arguments)[0]}
            if "logits" in ours:
                head = auto_classifier.from_pretrained(checkpoint, **options)
                out["logits"] = head.to(dtype).eval()(**given, **arguments).logits
        return out

    single, double = theirs(torch.float32), theirs(torch.float64)
    real = batch.get("attention_mask", torch.ones(ours["last_hidden_state"].shape[:2])).bool()
    worst = 0.0

    def report(name, rows):
        nonlocal worst
        a, b, exact = (tensors[name.split()[0]][rows].double() for tensors in (ours, single, double))
        differences = [(x - y).abs().max().item() for x, y in ((a, b), (a, exact), (b, exact))]
        print("{}: ours from f32 {:.1e}, ours from f64 {:.1e}, PyTorch's f32 from f64 {:.1e}".format(name, *differences))
        # Nothing reads the states of padding, and rounding alone changes them more.
        if "padding" not in name:
            worst = max(worst, differences[0])

    if real.all():
        report("last_hidden_state", real)
    else:
        report("last_hidden_state of real tokens", real)
        report("last_hidden_state of padding", ~real)
        print(f"{int((~real).sum())} of {real.numel()} tokens are padding")
    if "logits" in ours:
        report("logits", slice(None))
    sys.exit(worst > LIMIT)


if __name__ == "__main__":
    main()
