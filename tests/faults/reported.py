"""Faults that people reported of real programs, rewritten small, each with a healthy twin: `fault(broken) -> arguments of nohero.check`.

They were written before it was tried what the checks say to them. The address is where the fault was described; the code here is our own.
"""

import copy
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 (as everybody writes it)
from torch.utils.data import DataLoader, Dataset

from faults.made import blobs, cnn, loader, mlp, numbers, plain_step, sequence_loss, series, table, tokens

FAULTS = {}


def fault(components, source):
    """Register a program; `components` are those a right answer may name."""

    def keep(function):
        FAULTS[function.__name__] = (function, tuple(components.split()), source)
        return function

    return keep


def adam(model, rate=3e-3):
    return torch.optim.Adam(model.parameters(), rate)


@fault("loss", "https://github.com/jsboige/CoursIA/pull/926")
def forecast_against_a_flat_target(broken):
    x, y = numbers()
    model = mlp(6, 1)
    return {"model": model, "loss": nn.MSELoss(), "train": loader(x, y if broken else y[:, None]), "optimizer": adam(model)}


@fault("evaluation", "https://github.com/pyemma/Argo/pull/27")
def evaluation_broadcasts(broken):
    x, y = numbers()
    model = mlp(6, 1)

    def step(model, batch, loss, optimizer):
        return plain_step(model, (batch[0], batch[1][:, None]), loss, optimizer)

    def evaluate(model, batches):
        model.eval()
        total = count = 0
        with torch.no_grad():
            for a, b in batches:
                out = model(a) if broken else model(a).squeeze(1)
                total += float(((out - b) ** 2).mean()) * len(b)
                count += len(b)
        return total / count

    return {"model": model, "loss": nn.MSELoss(), "train": loader(x[:240], y[:240]), "val": loader(x[240:], y[240:], shuffle=False), "optimizer": adam(model), "step": step, "evaluate": evaluate}


@fault("step evaluation", "https://github.com/fartashf/vsepp/issues/4")
def validation_leaves_the_model_resting(broken):
    x, y = blobs()
    model = cnn()

    def step(model, batch, loss, optimizer):
        if not broken:
            model.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        return value.item()

    def evaluate(model, batches):
        model.eval()
        right = seen = 0
        with torch.no_grad():
            for a, b in batches:
                right += int((model(a).argmax(1) == b).sum())
                seen += len(b)
        return right / seen

    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x[:180], y[:180]), "val": loader(x[180:], y[180:]), "optimizer": adam(model), "step": step, "evaluate": evaluate}


@fault("evaluation", "https://github.com/wolny/pytorch-3dunet/issues/53")
def validation_without_eval(broken):
    x, y = blobs()
    model = cnn()

    def evaluate(model, batches):
        if not broken:
            model.eval()
        with torch.no_grad():
            hits = [(model(a).argmax(1) == b).float() for a, b in batches]
        model.train()
        return torch.cat(hits).mean().item()

    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x[:180], y[:180]), "val": loader(x[180:], y[180:]), "optimizer": adam(model), "step": plain_step, "evaluate": evaluate}


@fault("model", "https://github.com/JayPatwardhan/ResNet-PyTorch/issues/2")
def batch_statistics_in_evaluation(broken):
    x, y = blobs()
    model = cnn(track_running_stats=not broken)
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y), "optimizer": adam(model)}


class Attention(nn.Module):
    """Self-attention over tokens, written out, with switches for what people get wrong in it."""

    def __init__(self, vocabulary=14, width=32, heads=4, length=12, classes=None, **wrong):
        super().__init__()
        self.heads, self.wrong = heads, wrong
        self.token = nn.Embedding(vocabulary, width)
        self.place = nn.Parameter(0.1 * torch.randn(length, width))
        self.qkv = nn.Linear(width, 3 * width)
        self.mix = nn.Linear(width, width)
        self.norm, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.up = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.head = nn.Linear(width, classes or vocabulary)

    def forward(self, x):
        batch, time = x.shape
        h = self.token(x) + (0 if self.wrong.get("no_place") else self.place[:time])
        q, k, v = self.qkv(self.norm(h)).chunk(3, -1)
        split = lambda t: t.view(batch, time, self.heads, -1).transpose(1, 2)
        scores = split(q) @ split(k).transpose(-1, -2) / math.sqrt(q.shape[-1] / self.heads)
        mask = torch.ones(time, time, dtype=torch.bool).triu(self.wrong.get("diagonal", 1))
        if self.wrong.get("inverted"):
            mask = ~mask
        if not self.wrong.get("unmasked"):
            scores = scores.masked_fill(mask, -1e9)
        if self.wrong.get("dropout"):
            scores = F.dropout(scores, 0.2)
        out = scores.softmax(-1) @ split(v)
        out = out.reshape(batch, time, -1) if self.wrong.get("regrouped") else out.transpose(1, 2).reshape(batch, time, -1)
        h = h + self.mix(out)
        return self.head(h + self.up(self.after(h)))


def language(**wrong):
    row = tokens()
    torch.manual_seed(0)
    model = Attention(**wrong)
    return {"model": model, "loss": sequence_loss, "train": loader(row[:, :-1], row[:, 1:], batch=16), "optimizer": adam(model)}


@fault("model", "https://github.com/colehurwitz/IBL_MtM_model/pull/13")
def attention_drops_in_evaluation(broken):
    return language(dropout=broken)


@fault("model", "https://github.com/huggingface/transformers/issues/48745")
def decoder_is_not_causal(broken):
    return language(unmasked=broken)


@fault("model", "https://github.com/huggingface/transformers/issues/31673")
def mask_is_off_by_one(broken):
    return language(diagonal=2 if broken else 1)


@fault("model", "https://github.com/tilde-research/nsa-release/issues/3")
def mask_is_inverted(broken):
    return language(inverted=broken)


@fault("model", "https://github.com/jsbaan/transformer-from-scratch/pull/6")
def heads_are_not_put_back(broken):
    return language(regrouped=broken)


@fault("model", "https://github.com/xiaopengguo/ATKT/issues/1")
def attention_over_the_whole_answer_history(broken):
    g = torch.Generator().manual_seed(8)
    x = torch.randn(160, 10, 5, generator=g)
    y = (x[:, :, 0].cumsum(1) > 0).float()

    class Tracer(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.LSTM(5, 24, batch_first=True)
            self.score = nn.Linear(24, 1)
            self.out = nn.Linear(48, 1)

        def forward(self, x):
            h, _ = self.rnn(x)
            if broken:
                weight = torch.softmax(self.score(h), 1)
                summary = (weight * h).sum(1, keepdim=True).expand_as(h)
            else:
                e = self.score(h).exp()
                summary = (e * h).cumsum(1) / e.cumsum(1)
            return self.out(torch.cat([h, summary], -1)).squeeze(-1)

    torch.manual_seed(0)
    model = Tracer()
    return {"model": model, "loss": nn.BCEWithLogitsLoss(), "train": loader(x, y, batch=16), "optimizer": adam(model), "expect": {"causal": True}}


@fault("model", "https://github.com/songyangco/GETNext/issues/2")
def places_are_laid_along_the_batch(broken):
    x, y = series()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.inp = nn.Linear(4, 16)
            self.layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
            self.out = nn.Linear(16, 2)
            place = torch.arange(64)[:, None] / 10000 ** (torch.arange(0, 16, 2) / 16)
            self.register_buffer("place", torch.cat([place.sin(), place.cos()], 1))

        def forward(self, x):
            h = self.inp(x)
            h = h + (self.place[: x.shape[0], None] if broken else self.place[None, : x.shape[1]])
            return self.out(self.layer(h).mean(1))

    torch.manual_seed(0)
    model = Net()
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y), "optimizer": adam(model)}


@fault("model", "https://github.com/IBM/TabFormer/pull/14")
def encoder_attends_along_the_batch(broken):
    x, y = series()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.inp = nn.Linear(4, 16)
            self.place = nn.Parameter(0.1 * torch.randn(10, 16))
            self.layers = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0), 2)
            self.out = nn.Linear(16, 2)

        def forward(self, x):
            h = self.inp(x) + self.place
            h = self.layers(h) if broken else self.layers(h.transpose(0, 1)).transpose(0, 1)
            return self.out(h.mean(1))

    torch.manual_seed(0)
    model = Net()
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y), "optimizer": adam(model)}


@fault("model", "https://github.com/AndersonJo/dqn-pytorch/issues/1")
def lstm_takes_the_batch_for_time(broken):
    x, y = series()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.LSTM(4, 24, batch_first=not broken)
            self.out = nn.Linear(24, 2)

        def forward(self, x):
            h, _ = self.rnn(x)
            return self.out(h[:, -1])

    torch.manual_seed(0)
    model = Net()
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y), "optimizer": adam(model)}


@fault("model", "https://github.com/timbmg/Sentence-VAE/issues/15")
def two_directions_are_viewed_together(broken):
    x, y = series()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.GRU(4, 12, batch_first=True, bidirectional=True)
            self.out = nn.Linear(24, 2)

        def forward(self, x):
            _, h = self.rnn(x)
            h = h.view(x.shape[0], 24) if broken else h.transpose(0, 1).reshape(x.shape[0], 24)
            return self.out(h)

    torch.manual_seed(0)
    model = Net()
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y), "optimizer": adam(model)}


@fault("schedule", "https://github.com/ivadomed/ivadomed/pull/55")
def epoch_schedule_in_the_batch_loop(broken):
    x, y = table()
    model = mlp(8, 3)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    return {
        "model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y, batch=16), "optimizer": optimizer, "epochs": 60,
        "scheduler": torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=60), "scheduler_steps": "batch" if broken else "epoch",
    }  # fmt: skip


@fault("schedule", "https://github.com/galilai-group/stable-worldmodel/issues/280")
def batch_schedule_stepped_each_epoch(broken):
    x, y = table()
    model = mlp(8, 3)
    optimizer = adam(model, 1e-2)
    steps, warm = 20 * 10, 20

    def course(step):
        return (step + 1) / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / (steps - warm)))

    return {
        "model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y), "optimizer": optimizer, "epochs": 20,
        "scheduler": torch.optim.lr_scheduler.LambdaLR(optimizer, course), "scheduler_steps": "epoch" if broken else "batch",
    }  # fmt: skip


@fault("schedule", "https://github.com/LINCellularNeuroscience/VAME/issues/26")
def step_schedule_falls_to_nothing(broken):
    x, y = table()
    model = mlp(8, 3)
    optimizer = adam(model)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10, gamma=0.0 if broken else 0.5)
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y), "optimizer": optimizer, "scheduler": scheduler, "epochs": 40}


@fault("loss", "https://github.com/SkyworkAI/Skywork/issues/55")
def padding_is_predicted(broken):
    g = torch.Generator().manual_seed(9)
    row = tokens(n=160) + 1
    lengths = torch.randint(4, 13, (160,), generator=g)
    row[torch.arange(13)[None] >= lengths[:, None]] = 0
    torch.manual_seed(0)
    model = Attention(vocabulary=16)

    def loss(out, y):
        return F.cross_entropy(out.flatten(0, 1), y.flatten(), **({} if broken else {"ignore_index": 0}))

    return {"model": model, "loss": loss, "train": loader(row[:, :-1], row[:, 1:], batch=16), "optimizer": adam(model), "expect": {"pad_id": 0}}


@fault("step", "https://github.com/deepinsight/insightface/issues/2258")
def accumulated_without_division(broken):
    x, y = table()
    model = mlp(8, 3)

    class Step:
        def __init__(self):
            self.count = 0

        def __call__(self, model, batch, loss, optimizer):
            value = loss(model(batch[0]), batch[1])
            (value if broken else value / 4).backward()
            self.count += 1
            if self.count % 4 == 0:
                optimizer.step()
                optimizer.zero_grad()
            return value.item()

    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y, batch=16), "optimizer": torch.optim.SGD(model.parameters(), 0.05), "step": Step()}


@fault("model optimizer", "https://theflyingbirds.in/blog/pytorch-mysteries-lets-understand-nnmodule-nnparameter-modulelist-sequential-and-the-classic-layers-linear-activations-dropout")
def layers_in_a_plain_list(broken):
    x, y = table()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            hidden = [nn.Linear(8, 32), nn.Linear(32, 32)]
            self.hidden = hidden if broken else nn.ModuleList(hidden)
            self.out = nn.Linear(32, 3)

        def forward(self, x):
            for layer in self.hidden:
                x = layer(x).relu()
            return self.out(x)

    torch.manual_seed(0)
    model = Net()
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y), "optimizer": adam(model)}


class Pupil(nn.Module):
    """A student beside a frozen teacher; the loss compares the two."""

    def __init__(self):
        super().__init__()
        self.student = mlp(8, 3, seed=1)

    def forward(self, x):
        return self.student(x)


@fault("loss", "https://github.com/microsoft/ProDA/issues/20")
def distilled_from_probabilities(broken):
    x, y = table()
    soft = F.one_hot(y, 3) * 0.8 + 0.2 / 3
    torch.manual_seed(0)
    model = Pupil()

    def loss(out, target):
        return F.kl_div(out.softmax(1) if broken else out.log_softmax(1), target, reduction="batchmean")

    return {"model": model, "loss": loss, "train": loader(x, soft), "optimizer": adam(model)}


@fault("loss model", "https://github.com/labmlai/annotated_deep_learning_paper_implementations/issues/66")
def distilled_against_the_teacher_itself(broken):
    x, _ = table()
    teacher = mlp(8, 3, seed=7).eval().requires_grad_(False)
    soft = (3 * teacher(x)).softmax(1)
    model = mlp(8, 3, seed=1)

    def step(model, batch, loss, optimizer):
        x, target = batch
        out = model(x)
        large = teacher(x)
        optimizer.zero_grad()
        value = loss(3 * large if broken else out, target) + 0.0 * out.sum()
        value.backward()
        optimizer.step()
        return value.item()

    return {"model": model, "loss": lambda out, t: F.kl_div(out.log_softmax(1), t, reduction="batchmean"), "train": loader(x, soft), "optimizer": adam(model), "step": step}


class Masks(Dataset):
    """Pictures with a bright shape and its mask; flipped at random."""

    def __init__(self, broken, n=160):
        g = torch.Generator().manual_seed(11)
        self.masks = torch.zeros(n, 16, 16, dtype=torch.long)
        for i, (r, c) in enumerate(torch.randint(1, 8, (n, 2), generator=g).tolist()):
            self.masks[i, r : r + 5, c : c + 4] = 1
        self.images = self.masks[:, None].float() + 0.3 * torch.randn(n, 1, 16, 16, generator=g)
        self.broken = broken

    def __len__(self):
        return len(self.masks)

    def __getitem__(self, i):
        image, mask = self.images[i], self.masks[i]
        if torch.rand(1) < 0.5:
            image = image.flip(-1)
            mask = mask if self.broken else mask.flip(-1)
        return image, mask


@fault("transform data", "https://github.com/divamgupta/image-segmentation-keras/issues/115")
def mask_is_not_flipped_with_the_picture(broken):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 2, 1))
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": DataLoader(Masks(broken), 16, shuffle=True), "optimizer": adam(model)}


@fault("transform data", "https://github.com/d2l-ai/d2l-en/issues/843")
def scaled_before_the_split(broken):
    x, y = numbers(n=200)
    x = x * torch.tensor([3.0, 0.2, 10, 1, 5, 1]) + torch.tensor([5.0, 1, -20, 0, 100, 2])
    known = x if broken else x[:140]
    x = (x - known.mean(0)) / known.std(0)
    model = mlp(6, 1)
    return {"model": model, "loss": nn.MSELoss(), "train": (x[:140], y[:140, None]), "val": (x[140:], y[140:, None]), "optimizer": adam(model)}


@fault("data", "https://github.com/sarpaykent/GotenNet/issues/10")
def some_of_the_test_set_was_trained_on(broken):
    x, y = numbers(n=300)
    y = y[:, None]
    model = mlp(6, 1)
    return {"model": model, "loss": nn.MSELoss(), "train": (x[:230], y[:230]), "test": (x[200:], y[200:]) if broken else (x[230:], y[230:]), "optimizer": adam(model)}


@fault("step", "https://github.com/FlyreelAI/sesemi/issues/36")
def average_without_statistics(broken):
    x, y = blobs()
    model = cnn()
    average = copy.deepcopy(model)

    def step(model, batch, loss, optimizer):
        value = plain_step(model, batch, loss, optimizer)
        with torch.no_grad():
            for a, p in zip(average.parameters(), model.parameters(), strict=True):
                a.lerp_(p, 0.05)
            if not broken:
                for a, b in zip(average.buffers(), model.buffers(), strict=True):
                    a.copy_(b)
        return value

    def evaluate(model, batches):
        average.eval()
        with torch.no_grad():
            return torch.cat([(average(a).argmax(1) == b).float() for a, b in batches]).mean().item()

    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x[:180], y[:180]), "val": loader(x[180:], y[180:]), "optimizer": adam(model), "step": step, "evaluate": evaluate}


@fault("optimizer", "https://github.com/yassouali/pytorch-segmentation/issues/83")
def backbone_is_not_frozen(broken):
    x, y = blobs()
    torch.manual_seed(0)
    model = nn.ModuleDict({"backbone": nn.Sequential(nn.Conv2d(3, 12, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(3), nn.Flatten()), "head": nn.Linear(108, 4)})
    model.forward = lambda x: model["head"](model["backbone"](x))
    if not broken:
        model["backbone"].requires_grad_(False)
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y), "optimizer": torch.optim.Adam(model.parameters(), 3e-3), "expect": {"frozen": ["backbone.*"], "trainable": ["head.*"]}}


@fault("loader transform", "https://github.com/Lightning-AI/pytorch-lightning/issues/20412")
def workers_draw_the_same_noise(broken):
    x, y = table()

    class Noisy(Dataset):
        def __init__(self):
            self.stream = np.random.default_rng(0)

        def __len__(self):
            return len(x)

        def __getitem__(self, i):
            noise = torch.from_numpy(self.stream.normal(size=8)).float() if broken else torch.randn(8)
            return x[i] + 0.1 * noise, y[i]

    model = mlp(8, 3)
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": DataLoader(Noisy(), 32, shuffle=True, num_workers=2), "optimizer": adam(model)}


@fault("loss", "https://github.com/HannesStark/boltzgen/pull/230")
def weights_of_items_are_not_repeated(broken):
    x, y = numbers()
    weight = torch.where(y.abs() > 1, 2.0, 1.0)
    model = mlp(6, 1)

    def loss(out, target):
        value, weight = target[:, :1], target[:, 1:]
        return (((out - value) ** 2).squeeze(1) * weight).mean() if broken else ((out - value) ** 2 * weight).mean()

    return {"model": model, "loss": loss, "train": loader(x, torch.stack([y, weight], 1)), "optimizer": adam(model)}


@fault("loss", "https://github.com/GMvandeVen/continual-learning/issues/5")
def double_normalised_by_items(broken):
    x, y = table()
    model = mlp(8, 3)

    def loss(out, target):
        value = F.cross_entropy(out, target)
        return value / len(target) if broken else value

    return {"model": model, "loss": loss, "train": loader(x, y), "optimizer": torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)}


@fault("loss model", "https://datarekha.com/interview/deep-learning/debugging-model-not-learning/")
def softmax_before_cross_entropy(broken):
    x, y = table()
    model = mlp(8, 3)
    if broken:
        model.append(nn.Softmax(dim=1))
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y), "optimizer": adam(model)}


@fault("data loader", "https://datarekha.com/interview/deep-learning/debugging-model-not-learning/")
def labels_are_one_item_late(broken):
    x, y = table()
    if broken:
        y = y.roll(1)
    model = mlp(8, 3)
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y), "optimizer": adam(model)}


@fault("model", "https://github.com/jingyaogong/minimind-v/issues/76")
def padding_is_attended_to(broken):
    g = torch.Generator().manual_seed(12)
    lengths = torch.randint(3, 11, (200,), generator=g)
    x = torch.randint(1, 12, (200, 10), generator=g)
    real = torch.arange(10)[None] < lengths[:, None]
    x[~real] = 0
    y = ((x == 3).sum(1) > 0).long()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.token = nn.Embedding(12, 16)
            self.place = nn.Parameter(0.1 * torch.randn(10, 16))
            self.layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
            self.out = nn.Linear(16, 2)

        def forward(self, ids, mask):
            h = self.token(ids) + self.place
            h = self.layer(h) if broken else self.layer(h, src_key_padding_mask=~mask)
            return self.out((h * mask[..., None]).sum(1) / mask.sum(1, keepdim=True))

    torch.manual_seed(0)
    model = Net()
    batches = [{"ids": x[i : i + 20], "mask": real[i : i + 20], "labels": y[i : i + 20]} for i in range(0, 200, 20)]
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": batches, "optimizer": adam(model), "expect": {"pad_id": 0}}


@fault("model", "https://github.com/rish-16/tokenlearner-pytorch/issues/1")
def axes_swapped_by_view(broken):
    x, y = series()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.inp = nn.Linear(4, 16)
            self.attend = nn.MultiheadAttention(16, 2)
            self.out = nn.Linear(16, 2)

        def forward(self, x):
            h = self.inp(x)
            h = h.view(x.shape[1], x.shape[0], 16) if broken else h.transpose(0, 1)
            h = self.attend(h, h, h, need_weights=False)[0]
            h = h.reshape(x.shape[0], x.shape[1], 16) if broken else h.transpose(0, 1)
            return self.out(h.mean(1))

    torch.manual_seed(0)
    model = Net()
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": loader(x, y), "optimizer": adam(model)}
