#!/usr/bin/env python3
"""Loads a folder that `models::save` wrote into transformers.

The model is a RobertaForMaskedLM or an image classifier.

Usage:   python reference/load_saved.py FOLDER
Needs:   pip install torch==2.11 transformers==4.57.1 safetensors
Exits 1 if transformers finds a weight missing, left over or misshapen, or computes a NaN.
"""

import sys

import torch
import transformers
from transformers import AutoConfig


def text(model):
    if model.lm_head.decoder.weight is not model.roberta.embeddings.word_embeddings.weight:
        sys.exit("the decoder is not tied to the word table")
    return model(torch.arange(4, 12)[None, :] % model.config.vocab_size).logits


def images(model):
    config = model.config
    return model(torch.randn(2, config.num_channels, config.image_size, config.image_size)).logits


def main():
    config = AutoConfig.from_pretrained(sys.argv[1])
    [architecture] = config.architectures
    model, report = getattr(transformers, architecture).from_pretrained(
        sys.argv[1], dtype=torch.float32, output_loading_info=True
    )
    print(f"{architecture}, {sum(p.numel() for p in model.parameters()):,} parameters")
    with torch.no_grad():
        logits = (images if hasattr(config, "image_size") else text)(model.eval())
    for kind, keys in report.items():
        print(f"{kind}: {sorted(keys) if keys else 'none'}")
    print(f"logits {list(logits.shape)}, from {logits.min():.3f} to {logits.max():.3f}")
    sys.exit(any(report.values()) or bool(logits.isnan().any()))


if __name__ == "__main__":
    main()
