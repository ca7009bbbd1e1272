#!/usr/bin/env python3
"""Tiny random RoBERTa and BERT checkpoints with what transformers computes from them.

Usage:   python reference/parity_encoder.py          (about 20 seconds)
Needs:   pip install torch==2.11 transformers==4.57.1 peft safetensors numpy
Writes:  crates/models/tests/fixtures/<name>/{config.json,model*.safetensors*,reference.safetensors}

  roberta       3 layers, d = 32, with a head of three outputs (RobertaForSequenceClassification)
  bert          2 layers, d = 16, with pooler and pretraining heads (BertForPreTraining)
  bert-sharded  the same weights in several files
  bert-f16, bert-bf16   the same weights in half precision
  roberta-mlm   2 layers, d = 16, with the language-model head (RobertaForMaskedLM)
  bert-classifier   2 layers, d = 16, with BERT's own head of three outputs (BertForSequenceClassification)

Weights are drawn wider than transformers draws them (standard deviation 0.25, not 0.02), so that
attention is far from uniform and an error in any part shows.

reference.safetensors holds inputs with padding and, both in f32 and (under "f64.") computed in f64
from the same f32 weights, what comes out: hidden.<i>, and for the classifier with adapters
k<outputs>.logits, .loss and .grad.<parameter>. Adapters are PEFT's, rank 3 and alpha 10 on query
and value, both factors non-zero; dropout is off. bert-classifier has logits, loss, and under "grad." the
gradients of all its weights by their names in model.safetensors.
"""

import json
import pathlib
import shutil

import torch
from peft import LoraConfig, inject_adapter_in_model
from safetensors.torch import load_file, save_file
from transformers import (
    BertConfig,
    BertForPreTraining,
    BertForSequenceClassification,
    BertModel,
    RobertaConfig,
    RobertaForMaskedLM,
    RobertaForSequenceClassification,
    RobertaModel,
)
from transformers.models.roberta.modeling_roberta import RobertaClassificationHead

FIXTURES = pathlib.Path(__file__).parent.parent / "crates/models/tests/fixtures"
RANK, ALPHA = 3, 10
LENGTHS, SEQ = (9, 4, 7), 9
CLASSES, SCORES = [2, 0, 1], [0.5, 4.2, 2.8]


def draw(model, seed):
    """Fills a model with wide random weights; LayerNorm scales stay around 1."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            norm_scale = "norm" in name.lower() and name.endswith("weight")
            weight.copy_(1 + 0.1 * noise if norm_scale else 0.25 * noise)
    return model.eval()


def inputs(config, seed):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(4, config.vocab_size, (len(LENGTHS), SEQ), generator=generator)
    mask = torch.arange(SEQ)[None, :] < torch.tensor(LENGTHS)[:, None]
    ids[~mask] = config.pad_token_id
    out = {"input_ids": ids, "attention_mask": mask.long()}
    if config.type_vocab_size > 1:
        out["token_type_ids"] = ((torch.arange(SEQ) >= 3)[None, :] & mask).long()
    return out


def in_both(compute):
    """`compute(dtype)` in f32, and under "f64." in f64."""
    out = {name: value.float() for name, value in compute(torch.float32).items()}
    return out | {f"f64.{name}": value for name, value in compute(torch.float64).items()}


def hidden_states(encoder, batch):
    with torch.no_grad():
        states = encoder(**batch, output_hidden_states=True).hidden_states
    return {f"hidden.{i}": state for i, state in enumerate(states)}


class Classifier(torch.nn.Module):
    """RoBERTa's head on any encoder."""

    def __init__(self, encoder, head):
        super().__init__()
        self.encoder, self.classifier = encoder, head

    def forward(self, batch):
        return self.classifier(self.encoder(**batch).last_hidden_state)


def classifier(load_encoder, config, batch, n_outputs, head_weights, factors):
    """Logits without and with adapters, loss and gradients, by dtype."""

    def compute(dtype):
        config.num_labels = n_outputs
        head = RobertaClassificationHead(config)
        head.load_state_dict(head_weights)
        model = Classifier(load_encoder(), head).to(dtype).eval()
        with torch.no_grad():
            out = {"plain_logits": model(batch)}
        lora = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=["query", "value"])
        model = inject_adapter_in_model(lora, model).eval()
        trained = {}
        for name, weight in model.named_parameters():
            adapter = "lora_" in name
            weight.requires_grad_(adapter or name.startswith("classifier."))
            if adapter:
                with torch.no_grad():
                    weight.copy_(factors[short(name)])
            if weight.requires_grad:
                trained[short(name)] = weight
        logits = model(batch)
        if n_outputs == 1:
            loss = torch.nn.functional.mse_loss(logits.squeeze(1), torch.tensor(SCORES, dtype=dtype))
        else:
            loss = torch.nn.functional.cross_entropy(logits, torch.tensor(CLASSES))
        loss.backward()
        out |= {"logits": logits.detach(), "loss": loss.detach().reshape(1)}
        out |= {f"grad.{name}": weight.grad for name, weight in trained.items()}
        return {f"k{n_outputs}.{name}": value for name, value in out.items()}

    return in_both(compute)


def short(name):
    """encoder.encoder.layer.0.attention.self.query.lora_A.default.weight -> lora.0.query.A"""
    if "lora_" not in name:
        return name
    parts = name.split(".")
    return ".".join(["lora", parts[parts.index("layer") + 1], parts[-4], parts[-3][-1]])


def lora_factors(config, seed):
    generator = torch.Generator().manual_seed(seed)
    d = config.hidden_size
    return {
        f"lora.{layer}.{name}.{factor}": 0.3 * torch.randn(shape, generator=generator)
        for layer in range(config.num_hidden_layers)
        for name in ("query", "value")
        for factor, shape in (("A", (RANK, d)), ("B", (d, RANK)))
    }


def head_weights(config, n_outputs, seed):
    config.num_labels = n_outputs
    return draw(RobertaClassificationHead(config), seed).state_dict()


def folder(name):
    path = FIXTURES / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def write(path, tensors):
    save_file({name: value.contiguous() for name, value in tensors.items()}, path / "reference.safetensors")
    for file in path.glob("generation_config.json"):
        file.unlink()
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def errors(tensors):
    """Largest difference between f32 and f64 by kind of output: what rounding alone does."""
    worst = {}
    for name, value in tensors.items():
        exact = tensors.get(f"f64.{name}")
        if exact is not None:
            kind = "gradients" if "grad." in name else name.split(".")[-1].rstrip("0123456789") or "hidden"
            worst[kind] = max(worst.get(kind, 0.0), (value.double() - exact).abs().max().item())
    return ", ".join(f"{kind} {error:.1e}" for kind, error in worst.items())


def parity(name, encoder_class, config, path, k3, seed):
    batch = inputs(config, seed)

    def load():
        options = dict(add_pooling_layer=False, attn_implementation="eager", dtype=torch.float32)
        return encoder_class.from_pretrained(path, **options).eval()

    k1 = head_weights(config, 1, seed + 1)
    factors = lora_factors(config, seed + 2)
    tensors = dict(batch) | factors
    tensors |= {"classes": torch.tensor(CLASSES), "scores": torch.tensor(SCORES)}
    for k, head in ((1, k1), (3, k3)):
        tensors |= {f"k{k}.head.{key}": value for key, value in head.items()}
        tensors |= classifier(load, config, batch, k, head, factors)
    tensors |= in_both(lambda dtype: hidden_states(load().to(dtype), batch))
    write(path, tensors)
    print(f"{name}: f32 against f64: {errors(tensors)}")
    return batch


def roberta():
    path = folder("roberta")
    config = RobertaConfig(
        vocab_size=60, hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=20, type_vocab_size=1, layer_norm_eps=1e-5, num_labels=3,
    )
    model = draw(RobertaForSequenceClassification(config), 1)
    model.save_pretrained(path)
    parity("roberta", RobertaModel, config, path, model.classifier.state_dict(), 10)


def bert():
    path = folder("bert")
    config = BertConfig(
        vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=16, type_vocab_size=2,
    )
    model = draw(BertForPreTraining(config), 2)
    model.save_pretrained(path)
    batch = parity("bert", BertModel, config, path, head_weights(config, 3, 23), 20)

    sharded = folder("bert-sharded")
    model.save_pretrained(sharded, max_shard_size="12KB")
    shutil.copy(path / "reference.safetensors", sharded)
    for name, dtype in (("bert-f16", torch.float16), ("bert-bf16", torch.bfloat16)):
        half = folder(name)
        model.to(dtype).save_pretrained(half)
        encoder = BertModel.from_pretrained(half, attn_implementation="eager", dtype=torch.float32).eval()
        write(half, batch | hidden_states(encoder, batch))


def masked_lm():
    path = folder("roberta-mlm")
    config = RobertaConfig(
        vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=32,
        max_position_embeddings=20, type_vocab_size=1, layer_norm_eps=1e-5,
    )
    draw(RobertaForMaskedLM(config), 3).save_pretrained(path)
    batch = inputs(config, 30)
    positions = torch.tensor([1, 5, 10, 20])

    def compute(dtype):
        model = RobertaForMaskedLM.from_pretrained(path, attn_implementation="eager", dtype=torch.float32)
        with torch.no_grad():
            logits = model.to(dtype).eval()(**batch).logits
        return {"logits": logits.flatten(0, 1)[positions]}

    write(path, batch | {"positions": positions} | in_both(compute))


def bert_classifier():
    path = folder("bert-classifier")
    config = BertConfig(
        vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=16, type_vocab_size=2, num_labels=3,
    )
    draw(BertForSequenceClassification(config), 4).save_pretrained(path)
    batch = inputs(config, 40)

    def compute(dtype):
        options = dict(attn_implementation="eager", dtype=torch.float32)
        model = BertForSequenceClassification.from_pretrained(path, **options).to(dtype).eval()
        logits = model(**batch).logits
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(CLASSES))
        loss.backward()
        out = {"logits": logits.detach(), "loss": loss.detach().reshape(1)}
        return out | {f"grad.{name}": weight.grad for name, weight in model.named_parameters()}

    tensors = batch | {"classes": torch.tensor(CLASSES)} | in_both(compute)
    write(path, tensors)
    print(f"bert-classifier: f32 against f64: {errors(tensors)}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    roberta()
    bert()
    masked_lm()
    bert_classifier()
    for path in sorted(FIXTURES.glob("*/model*.safetensors")):
        print(path.relative_to(FIXTURES), len(load_file(path)), "tensors", path.stat().st_size, "bytes")
