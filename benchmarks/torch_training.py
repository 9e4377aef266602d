"""The same network and step in torch, for whoever has it; imports nothing of ours but the timing."""

import time
from collections.abc import Iterator

import numpy as np


def turns(
    units: int, batch: int, window_length: int, vocabulary: int, seconds: float
) -> Iterator[dict[str, float]]:
    """Yield the characters learnt in a second by `torch.nn.LSTM` with the state carried, Adam and clipping."""
    import torch  # noqa: PLC0415  # not in our own environment

    torch.set_num_threads(torch.get_num_threads())
    ids = torch.from_numpy(np.random.default_rng(7).integers(vocabulary, size=(batch, window_length + 1)))
    lstm = torch.nn.LSTM(vocabulary, units, batch_first=True)
    dense = torch.nn.Linear(units, vocabulary)
    parameters = [*lstm.parameters(), *dense.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=2.5e-3)
    state = (torch.zeros(1, batch, units), torch.zeros(1, batch, units))

    def learn() -> None:
        nonlocal state
        vectors = torch.nn.functional.one_hot(ids[:, :-1], vocabulary).float()
        outputs, (hidden, carry) = lstm(vectors, state)
        state = (hidden.detach(), carry.detach())
        logits = dense(outputs).reshape(-1, vocabulary)
        loss = torch.nn.functional.cross_entropy(logits, ids[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        float(loss)

    learn()
    while True:
        started = time.perf_counter()
        calls = 0
        while calls < 2 or time.perf_counter() - started < seconds:
            learn()
            calls += 1
        yield {"torch": batch * window_length * calls / (time.perf_counter() - started)}
