#!/usr/bin/env python3
"""Loads a folder that `models::save_encoder` wrote into transformers' RobertaForMaskedLM.

Usage:   python reference/load_saved.py FOLDER
Needs:   pip install torch==2.11 transformers==4.57.1 safetensors
Exits 1 if transformers finds a weight missing, left over or misshapen, or computes a NaN.
"""

import sys

import torch
from transformers import RobertaForMaskedLM


def main():
    model, report = RobertaForMaskedLM.from_pretrained(
        sys.argv[1], dtype=torch.float32, output_loading_info=True
    )
    ids = torch.arange(4, 12)[None, :] % model.config.vocab_size
    with torch.no_grad():
        logits = model.eval()(input_ids=ids).logits
    tied = model.lm_head.decoder.weight is model.roberta.embeddings.word_embeddings.weight
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, decoder tied: {tied}")
    for kind, keys in report.items():
        print(f"{kind}: {sorted(keys) if keys else 'none'}")
    print(f"logits {list(logits.shape)}, from {logits.min():.3f} to {logits.max():.3f}")
    sys.exit(any(report.values()) or not tied or bool(logits.isnan().any()))


if __name__ == "__main__":
    main()
