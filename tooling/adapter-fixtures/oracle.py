"""Right answers for a training step, computed with Hugging Face transformers in float64.

The step is plain SGD on the summed loss gradient of the training targets 1..trainLength-1 (those that gradientMask
keeps). Only the last `layers` blocks and the final norm learn: embeddings, their norms and projections, and the head
with its bias are frozen; norms learn their bias only, unless updateNormWeights. "Value only" holds the attention
probabilities constant in the backward pass. Handles every field of case.json.

    python oracle.py CASE_DIR...     prints the losses of each case; writes nothing
"""

import json
import os
import re
import sys

import torch
import torch.nn.functional as F
from transformers import AutoConfig, AutoModelForCausalLM


class constant_softmax:
    """Inside, every softmax is a constant for the backward pass (log_softmax is not affected)."""

    plain = staticmethod(F.softmax)

    def __enter__(self):
        torch.nn.functional.softmax = lambda *a, **k: self.plain(*a, **k).detach()

    def __exit__(self, *_):
        torch.nn.functional.softmax = self.plain


def norm_scales(model):
    """Names of the scales of all norms, whatever a family calls them."""
    return {
        f"{name}.weight"
        for name, module in model.named_modules()
        if re.search(r"norm|rms", type(module).__name__, re.IGNORECASE) and getattr(module, "weight", None) is not None
    }


def blocks_of(model):
    """The name of the list of transformer blocks."""
    count = model.config.num_hidden_layers
    lists = [name for name, module in model.named_modules() if isinstance(module, torch.nn.ModuleList)]
    found = [name for name in lists if len(model.get_submodule(name)) == count and not re.search(r"\.\d+\.", name)]
    if len(found) != 1:
        raise ValueError(
            f"The {model.config.model_type} model has {len(found)} lists of {count} blocks; expected one, as in a "
            "decoder of equal blocks."
        )
    return found[0]


def trained_names(model, case):
    """Names of the parameters that a step changes."""
    blocks = blocks_of(model)
    first = model.config.num_hidden_layers - case["layers"]
    scales = norm_scales(model)
    inside = re.compile(re.escape(blocks) + r"\.(\d+)\.")
    names = set()
    for name, _ in model.named_parameters():
        block = inside.match(name)
        # Outside of the blocks, the final norm learns. BLOOM's norm of embeddings does not.
        learns = int(block.group(1)) >= first if block else is_final_norm(model, name)
        if learns and (name not in scales or case.get("updateNormWeights")):
            names.add(name)
    return names


def is_final_norm(model, parameter):
    module = model.get_submodule(parameter.rpartition(".")[0])
    kind = type(module).__name__
    return bool(re.search(r"norm|rms", kind, re.IGNORECASE)) and "embed" not in parameter


def loss_gradient(kind, hidden, head, targets):
    """d(loss)/d(hidden) for rows of hidden [T, D], head weight [V, D]: E^T (prediction - onehot)."""
    scores = head(hidden)
    prediction = {
        "softmax": lambda: scores.softmax(-1),
        "quad": lambda: scores,
        "target": lambda: torch.full_like(scores, 1 / scores.shape[-1]),
    }[kind]()
    return (prediction - F.one_hot(targets, scores.shape[-1])) @ head.weight


def run(folder, case, dtype=torch.float64):
    """Mean over sequences of the mean test loss, before and after; logits before and after [B, N, V]; updated weights
    by checkpoint name, each [B, ...]."""
    config = AutoConfig.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(
        folder, config=config, attn_implementation="eager", dtype=dtype
    ).eval()
    head = model.get_output_embeddings()
    seen = {}
    head.register_forward_pre_hook(lambda _, inputs: seen.update(hidden=inputs[0]))
    weights = dict(model.named_parameters())
    trained = trained_names(model, case)
    for name, p in weights.items():
        p.requires_grad_(name in trained)
    start = {name: p.detach().clone() for name, p in weights.items()}
    n, length = case["trainLength"], len(case["inputIds"][0])
    extra = {}
    if case.get("attentionMask"):
        allowed = torch.tensor(case["attentionMask"]).tril().bool()[None, None]
        extra["attention_mask"] = torch.zeros(allowed.shape, dtype=dtype).masked_fill(
            ~allowed, torch.finfo(dtype).min
        )
    if case.get("positionIds"):
        extra["position_ids"] = torch.tensor([case["positionIds"]])
    keep = torch.tensor(case.get("gradientMask") or [1] * length, dtype=dtype)[1:n]
    before, after, losses, updated = [], [], ([], []), {}
    for row in case["inputIds"]:
        ids = torch.tensor([row])
        test = lambda logits: F.cross_entropy(logits[n - 1 : -1], ids[0, n:]).item()
        with torch.no_grad():
            for name, p in weights.items():
                p.copy_(start[name])
            logits = model(ids, **extra).logits
            if not torch.allclose(head(seen["hidden"]), logits, rtol=1e-6, atol=1e-6):
                raise ValueError(
                    f"The {config.model_type} model changes the logits that its head gives (a scale or a soft cap); "
                    "an inner model's logits are what its head gives."
                )
            before.append(logits[0].float())
        for _ in range(case["steps"]):
            model.zero_grad()
            model(ids, **extra)
            hidden = seen["hidden"]
            gradient = torch.zeros_like(hidden)
            with torch.no_grad():
                rows = hidden[0, : n - 1]
                gradient[0, : n - 1] = loss_gradient(case["lossGradient"], rows, head, ids[0, 1:n]) * keep[:, None]
            hidden.backward(gradient)
            with torch.no_grad():
                for p in weights.values():
                    if p.grad is not None:
                        p.add_(p.grad, alpha=-case["learningRate"])
        with torch.no_grad():
            after.append(model(ids, **extra).logits[0].float())
        losses[0].append(test(before[-1]))
        losses[1].append(test(after[-1]))
        for name, p in weights.items():
            if p.requires_grad:
                updated.setdefault(name, []).append(p.detach().float().clone())
    mean = lambda xs: sum(xs) / len(xs)
    return (
        mean(losses[0]),
        mean(losses[1]),
        torch.stack(before),
        torch.stack(after),
        {k: torch.stack(v) for k, v in updated.items()},
    )


def main(folders):
    for folder in folders:
        with open(os.path.join(folder, "case.json")) as file:
            case = json.load(file)
        exact = run(folder, case)
        with constant_softmax():
            value_only = run(folder, case)
        name = os.path.basename(folder.rstrip("/"))
        print(name, "before", exact[0], "exact", exact[1], "value only", value_only[1])


if __name__ == "__main__":
    main(sys.argv[1:])
