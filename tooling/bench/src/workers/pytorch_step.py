"""A round is one step of exact dynamic evaluation of a model of random weights, with the test loss before and after."""
import torch
import torch.nn.functional as F
from transformers import AutoConfig, AutoModelForCausalLM
from yardstick import descend, learning_parameters, now, serve, settings, test_loss

given = settings()
fields, length, n = dict(given["config"]), given["length"], given["trainLength"]
config = AutoConfig.for_model(fields.pop("model_type"), **fields)
model = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa", dtype=torch.float32).eval()
learned = learning_parameters(model)
ids = torch.randint(4, config.vocab_size, (1, length))
RATE = 1e-5


def step():
    begin = now()
    logits = model(ids, use_cache=False).logits
    F.cross_entropy(logits[0, : n - 1], ids[0, 1:n], reduction="sum").backward()
    before = test_loss(logits.detach(), ids, n)
    del logits
    descend(learned, RATE)
    with torch.no_grad():
        after = test_loss(model(ids, use_cache=False).logits, ids, n)
    seconds = now() - begin
    # Taken back, not kept twice: the weights' copy would count as PyTorch's memory.
    descend(learned, -RATE)
    for parameter in learned:
        parameter.grad = None
    return {"seconds": seconds, "lossBefore": before, "lossAfter": after}


step()
serve(step)
