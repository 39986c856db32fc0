"""Programs built from other people's libraries, as they stand: `nohero.check` must find nothing wrong with them.

    pip install transformers lightning timm
    python bench/real_programs.py

Small sizes, random weights, made data that can be learnt. Printed are the findings that fail or warn, and the seconds. timm imports
torchvision, whose wheel does not import beside a CPU torch on Linux; an empty stand-in is put in its place.
"""

from __future__ import annotations

import enum
import importlib.machinery
import sys
import time
import types
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import nohero


def words(n: int = 160, length: int = 12, vocabulary: int = 40) -> tuple[Any, Any, Any]:
    """Padded token rows, their masks, and whether token 7 occurs."""
    g = torch.Generator().manual_seed(1)
    ids = torch.randint(8, vocabulary, (n, length), generator=g)
    y = torch.randint(0, 2, (n,), generator=g)
    places = torch.randint(0, 5, (n,), generator=g)
    ids[torch.arange(n)[y == 1], places[y == 1]] = 7
    lengths = torch.randint(6, length + 1, (n,), generator=g)
    mask = (torch.arange(length)[None] < lengths[:, None]).long()
    return ids * mask, mask, y


def counting(n: int = 160, length: int = 12, vocabulary: int = 20) -> Any:
    """Rows that count upwards by a step of their own."""
    g = torch.Generator().manual_seed(2)
    return (torch.randint(0, vocabulary, (n, 1), generator=g) + torch.randint(1, 4, (n, 1), generator=g) * torch.arange(length)) % vocabulary


def pictures(n: int = 160, side: int = 16) -> tuple[Any, Any]:
    """A bright square in one of four corners."""
    g = torch.Generator().manual_seed(3)
    y = torch.randint(0, 4, (n,), generator=g)
    x = 0.3 * torch.randn(n, 3, side, side, generator=g)
    for i in range(n):
        r, c = divmod(int(y[i]), 2)
        x[i, :, r * side // 2 : r * side // 2 + 6, c * side // 2 : c * side // 2 + 6] += 1.0
    return x, y


def dicts(**tensors: Any) -> DataLoader[Any]:
    """Batches of dicts, as the transformers library has them."""
    n = len(next(iter(tensors.values())))
    return DataLoader([{k: v[i] for k, v in tensors.items()} for i in range(n)], batch_size=16, shuffle=True)  # type: ignore[arg-type]


def adam(model: nn.Module, rate: float = 1e-3) -> Any:
    return torch.optim.AdamW(model.parameters(), lr=rate)


def bert() -> dict[str, Any]:
    from transformers import BertConfig, BertForSequenceClassification

    ids, mask, y = words()
    model = BertForSequenceClassification(BertConfig(vocab_size=40, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, max_position_embeddings=16, num_labels=2))
    return {"model": model, "train": dicts(input_ids=ids, attention_mask=mask, labels=y), "optimizer": adam(model)}


def gpt2() -> dict[str, Any]:
    from transformers import GPT2Config, GPT2LMHeadModel

    ids = counting()
    model = GPT2LMHeadModel(GPT2Config(vocab_size=20, n_positions=16, n_embd=32, n_layer=2, n_head=4))
    return {"model": model, "train": dicts(input_ids=ids, labels=ids), "optimizer": adam(model)}


def vit() -> dict[str, Any]:
    from transformers import ViTConfig, ViTForImageClassification

    x, y = pictures()
    model = ViTForImageClassification(ViTConfig(image_size=16, patch_size=4, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, num_labels=4))
    return {"model": model, "train": dicts(pixel_values=x, labels=y), "optimizer": adam(model)}


def t5() -> dict[str, Any]:
    from transformers import T5Config, T5ForConditionalGeneration

    ids = counting()
    model = T5ForConditionalGeneration(T5Config(vocab_size=20, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, decoder_start_token_id=0))
    return {"model": model, "train": dicts(input_ids=ids[:, :8], labels=ids[:, 8:]), "optimizer": adam(model)}


def distilbert_tagger() -> dict[str, Any]:
    from transformers import DistilBertConfig, DistilBertForTokenClassification

    ids, mask, _ = words()
    labels = torch.where(mask == 1, (ids == 7).long(), -100)
    model = DistilBertForTokenClassification(DistilBertConfig(vocab_size=40, dim=32, n_layers=2, n_heads=4, hidden_dim=64, max_position_embeddings=16, num_labels=2))
    return {"model": model, "train": dicts(input_ids=ids, attention_mask=mask, labels=labels), "optimizer": adam(model)}


def seq2seq_transformer() -> dict[str, Any]:
    class Translator(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed, self.place = nn.Embedding(20, 32), nn.Parameter(0.1 * torch.randn(16, 32))
            self.body = nn.Transformer(32, 4, 1, 1, 64, dropout=0.1, batch_first=True)
            self.head = nn.Linear(32, 20)

        def forward(self, source: Any, target: Any) -> Any:
            mask = nn.Transformer.generate_square_subsequent_mask(target.shape[1])
            place = lambda t: self.embed(t) + self.place[: t.shape[1]]  # noqa: E731
            return self.head(self.body(place(source), place(target), tgt_mask=mask))

    ids = counting(length=13)
    model = Translator()
    return {
        "model": model, "loss": lambda out, y: nn.functional.cross_entropy(out.flatten(0, 1), y.flatten()), "optimizer": adam(model),
        "train": DataLoader(TensorDataset(ids[:, :6], ids[:, 6:12], ids[:, 7:13]), batch_size=16, shuffle=True),
    }  # fmt: skip


def tutorial_cnn() -> dict[str, Any]:
    x, y = pictures()
    model = nn.Sequential(nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 60), nn.ReLU(), nn.Linear(60, 4))
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True), "optimizer": torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)}


def lstm_classifier() -> dict[str, Any]:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed, self.rnn, self.head = nn.Embedding(40, 24, padding_idx=0), nn.LSTM(24, 32, batch_first=True, bidirectional=True), nn.Linear(64, 2)

        def forward(self, ids: Any, lengths: Any) -> Any:
            packed = nn.utils.rnn.pack_padded_sequence(self.embed(ids), lengths.cpu(), batch_first=True, enforce_sorted=False)
            _, (hidden, _) = self.rnn(packed)
            return self.head(torch.cat([hidden[0], hidden[1]], -1))

    ids, mask, y = words()
    model = Net()
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": DataLoader(TensorDataset(ids, mask.sum(1), y), batch_size=16, shuffle=True), "optimizer": adam(model, 3e-3)}


def lightning_module() -> dict[str, Any]:
    import lightning

    class Lit(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Flatten(), nn.Linear(768, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 4))

        def forward(self, x: Any) -> Any:
            return self.body(x)

        def training_step(self, batch: Any, _: int) -> Any:
            return nn.functional.cross_entropy(self(batch[0]), batch[1])

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters(), lr=1e-3)

    x, y = pictures()
    model = Lit()

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        value = model.training_step(batch, 0)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return float(value.detach())

    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True), "optimizer": model.configure_optimizers(), "step": step}


def timm_resnet() -> dict[str, Any]:
    stand_in_for_torchvision()
    import timm

    x, y = pictures(side=32)
    model = timm.create_model("resnet10t", num_classes=4)
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True), "optimizer": adam(model)}


def timm_convnext() -> dict[str, Any]:
    stand_in_for_torchvision()
    import timm

    x, y = pictures(side=32)
    model = timm.create_model("convnext_atto", num_classes=4, depths=(1, 1, 1, 1), dims=(16, 24, 32, 40))
    return {"model": model, "loss": nn.CrossEntropyLoss(label_smoothing=0.1), "train": DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True), "optimizer": adam(model)}


class _Anything(enum.EnumMeta):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return name.lower()


def stand_in_for_torchvision() -> None:
    """An importer of empty modules for everything below torchvision."""

    class Empty(types.ModuleType):
        __path__: list[str] = []

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return _Anything(name, (enum.Enum,), _Anything.__prepare__(name, (enum.Enum,)))

    class Finder:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            return importlib.machinery.ModuleSpec(name, self) if name.split(".", maxsplit=1)[0] == "torchvision" else None  # type: ignore[arg-type]

        def create_module(self, spec: Any) -> Any:
            return Empty(spec.name)

        def exec_module(self, module: Any) -> None:
            pass

    if "torchvision" not in sys.modules:
        sys.meta_path.insert(0, Finder())  # type: ignore[arg-type]


PROGRAMS = (bert, gpt2, vit, t5, distilbert_tagger, seq2seq_transformer, tutorial_cnn, lstm_classifier, lightning_module, timm_resnet, timm_convnext)


def main() -> None:
    torch.set_num_threads(1)
    print("| program | parameters | findings | seconds |\n|---|---|---|---|")
    for make in PROGRAMS:
        torch.manual_seed(0)
        try:
            given = make()
        except ImportError as error:
            print(f"| {make.__name__} | | not installed: {error} | |")
            continue
        began = time.monotonic()
        report = nohero.check(**given, progress=False)
        loud = "; ".join(f"{f.code} {f.name} {f.status}: {f.message}" for f in (*report.errors, *report.warnings)) or "none"
        count = sum(p.numel() for p in given["model"].parameters())
        print(f"| {make.__name__.replace('_', ' ')} | {count:,} | {loud} | {time.monotonic() - began:.1f} |", flush=True)


if __name__ == "__main__":
    main()
