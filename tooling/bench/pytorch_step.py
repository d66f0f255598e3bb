"""Exact dynamic evaluation in PyTorch, the yardstick of `pnpm bench`: one step of plain SGD on the summed loss of the
first part of a context, test loss before and after. Random weights of a shape; embeddings and head frozen.

usage: python pytorch_step.py CONFIG_JSON LENGTH TRAIN_LENGTH     (needs torch and transformers)
Prints one JSON line when ready, then runs one step for each line on stdin and prints {"seconds", "lossBefore", "lossAfter"}.
"""
import json, os, resource, sys, time
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
import torch
import torch.nn.functional as F
from transformers import AutoConfig, AutoModelForCausalLM

fields, length, n = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
torch.manual_seed(0)
torch.set_num_threads(len(os.sched_getaffinity(0)))
config = AutoConfig.for_model(fields.pop("model_type"), **fields)
model = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa", dtype=torch.float32).eval()
for name, parameter in model.named_parameters():
    parameter.requires_grad_(not any(part in name for part in ("embed", "wte", "wpe", "lm_head", "project_")))
learned = [p for p in model.parameters() if p.requires_grad]
start = [p.detach().clone() for p in learned]
ids = torch.randint(4, config.vocab_size, (1, length))
test = lambda logits: F.cross_entropy(logits[0, n - 1 : -1], ids[0, n:]).item()


def step(rate=1e-5):
    with torch.no_grad():
        for p, original in zip(learned, start):
            p.copy_(original)
            p.grad = None
    begin = time.perf_counter()
    logits = model(ids).logits
    F.cross_entropy(logits[0, : n - 1], ids[0, 1:n], reduction="sum").backward()
    before = test(logits.detach())
    del logits
    with torch.no_grad():
        for p in learned:
            p.sub_(p.grad, alpha=rate)
        after = test(model(ids).logits)
    return {"seconds": time.perf_counter() - begin, "lossBefore": before, "lossAfter": after}


step()
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for _ in sys.stdin:
    print(json.dumps({**step(), "peakMemoryBytes": peak()}), flush=True)
