"""A round is exact dynamic evaluation of a text's contexts, one by one, each from the same weights; losses are told
after learning only. Tokens are bytes, as the checkpoint has them."""
import torch
import torch.nn.functional as F
from transformers import AutoModelForCausalLM
from yardstick import descend, learning_parameters, now, serve, settings, test_loss

given = settings()
length, count, rate = given["context"], given["contexts"], given["learningRate"]
n = int(given["trainFraction"] * length)
model = AutoModelForCausalLM.from_pretrained(
    given["model"], attn_implementation="sdpa", dtype=torch.float32
).eval()
learned = learning_parameters(model)
start = [parameter.detach().clone() for parameter in learned]
with open(given["text"], "rb") as file:
    tokens = torch.tensor(list(file.read()[: count * length])).reshape(count, 1, length)


def evaluate(ids):
    with torch.no_grad():
        for parameter, original in zip(learned, start):
            parameter.copy_(original)
            parameter.grad = None
    # Attention is causal: what is learned depends on the first tokens only.
    logits = model(ids[:, : n - 1], use_cache=False).logits
    F.cross_entropy(logits[0], ids[0, 1:n], reduction="sum").backward()
    descend(learned, rate)
    with torch.no_grad():
        return test_loss(model(ids, use_cache=False).logits, ids, n)


def step():
    begin = now()
    losses = [evaluate(ids) for ids in tokens]
    return {"seconds": now() - begin, "contexts": count, "loss": sum(losses) / count}


evaluate(tokens[0])
serve(step)
