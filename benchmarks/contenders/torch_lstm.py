"""PyTorch: `nn.LSTM`, with its own number of threads, one a core."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.contenders.talk import Epoch, serve
from benchmarks.work import BETA_1, BETA_2, CLASSES, EPSILON, LEARNING_RATE, Work


def prepare(work: Work) -> tuple[Epoch, int, str]:
    lstm = nn.LSTM(work.features, work.units, batch_first=True)
    dense = nn.Linear(work.units, CLASSES)
    kernel, recurrent, bias, dense_kernel, dense_bias = map(torch.from_numpy, work.weights())
    with torch.no_grad():  # its gates stand in Keras' order
        lstm.weight_ih_l0.copy_(kernel.T)
        lstm.weight_hh_l0.copy_(recurrent.T)
        lstm.bias_ih_l0.copy_(bias)
        lstm.bias_hh_l0.zero_()
        dense.weight.copy_(dense_kernel.T)
        dense.bias.copy_(dense_bias)
    lstm.bias_hh_l0.requires_grad_(False)  # a second bias that the others do not have
    trained = [p for p in (*lstm.parameters(), *dense.parameters()) if p.requires_grad]
    adam = torch.optim.Adam(trained, LEARNING_RATE, (BETA_1, BETA_2), EPSILON, fused=True)
    cross_entropy = nn.CrossEntropyLoss()
    rows, labels = work.data()
    x, y = torch.from_numpy(rows), torch.from_numpy(labels).long()

    def epoch(order: NDArray[np.int32]) -> float:
        total = torch.zeros(())
        for chosen in torch.from_numpy(order).split(work.batch_size):
            outputs, _ = lstm(x[chosen])
            loss = cross_entropy(dense(outputs[:, -1]), y[chosen])
            adam.zero_grad()
            loss.backward()
            adam.step()
            total += loss.detach()
        return float(total) * work.batch_size / work.rows

    return epoch, sum(p.numel() for p in trained), f"PyTorch {torch.__version__}"


if __name__ == "__main__":
    serve(prepare)
