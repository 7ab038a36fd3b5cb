"""The heads' equations, coded as plainly as the published modules code them.

What those do more than the equations need is kept: a Python loop over the batch (JCA), a projection
that is computed and not used (RJCMA), an encoder that is run and thrown away (GRJCA), attention
weights that are not used (JMT), convolutions beyond the end of the window (TCN). Weights that are
never touched cost no time and are left out.
"""

from __future__ import annotations

import math
import warnings

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def r1(width: int, dropout: float = 0.6) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(width, 128), nn.ReLU(inplace=True), nn.Dropout(dropout), nn.Linear(128, 1)
    )


class R2(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.norm, self.second = (
            nn.Linear(width, 256), nn.BatchNorm1d(256), nn.Linear(256, 1)
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.first(x).transpose(1, 2)).transpose(1, 2)
        return torch.tanh(self.second(F.leaky_relu(x)))


class Block(nn.Module):
    """One DCN block over any number of modalities."""

    def __init__(self, widths: list[int], steps: int, joint_used: bool) -> None:
        super().__init__()
        d = sum(widths)
        self.joint_used = joint_used
        self.query = nn.Linear(d, d)
        self.key = nn.ModuleList(nn.Linear(steps, steps) for _ in widths)
        self.value = nn.ModuleList(nn.Linear(c, c) for c in widths)
        self.drops = nn.ModuleList(nn.Dropout(0.6) for _ in widths)
        self.out = nn.ModuleList(
            nn.Sequential(nn.Linear(d, c), nn.ReLU(inplace=True), nn.Dropout(0.6)) for c in widths
        )

    def forward(self, *streams: Tensor) -> list[Tensor]:
        joint = torch.cat(streams, dim=-1)
        query = self.query(joint)
        query = query if self.joint_used else joint
        keys = [key(x.transpose(1, 2)) for key, x in zip(self.key, streams, strict=True)]
        values = [value(x) for value, x in zip(self.value, streams, strict=True)]
        new = []
        for x, key, value, drop, out in zip(
            streams, keys, values, self.drops, self.out, strict=True
        ):
            scores = drop(torch.tanh(torch.bmm(key, query) / math.sqrt(query.size(-1))))
            new.append(x + out(F.relu(torch.tanh(torch.bmm(value, scores)))))
        return new


class RL(nn.Module):
    def __init__(self, inside: int, width: int, dropout: float) -> None:
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.linear = nn.Linear(inside + width, width)
        self.rnn = nn.LSTM(
            inside, width // 2, 2, dropout=dropout, bidirectional=True, batch_first=True
        )
        self.first = nn.Parameter(nn.init.xavier_uniform_(torch.empty(8, width // 2)))

    def forward(self, x: Tensor) -> Tensor:
        h, c = (
            part.unsqueeze(1).expand(4, len(x), part.shape[1]).contiguous()
            for part in (self.first[:4], self.first[4:])
        )
        outputs, _ = self.rnn(x, (h, c))
        outputs = self.linear(self.drop(torch.cat([x, outputs], dim=-1)))
        return F.normalize(outputs, dim=-1)


class Spatial(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.audio, self.video = nn.Linear(512, 512), nn.Linear(512, 512)
        self.v, self.g = nn.Linear(512, 49, bias=False), nn.Linear(512, 49, bias=False)
        self.h, self.feat = nn.Linear(49, 1, bias=False), nn.Linear(512, 512)

    def forward(self, video: Tensor, audio: Tensor) -> Tensor:
        positions = video.view(video.size(0) * video.size(1), -1, 512).contiguous()
        projected = F.relu(self.video(positions))
        guide = F.relu(self.audio(audio.view(-1, audio.size(-1))))
        evidence = self.v(projected) + self.g(guide).unsqueeze(2)
        alpha = F.softmax(self.h(torch.tanh(evidence)).squeeze(2), dim=-1).unsqueeze(1)
        return self.feat(torch.bmm(alpha, positions).view(video.size(0), -1, 512))


class Conv(nn.Module):
    """Padded on both sides, and the end taken off again."""

    def __init__(self, inside: int, outside: int, dilation: int) -> None:
        super().__init__()
        self.chomp = 4 * dilation
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.conv = nn.utils.weight_norm(
                nn.Conv1d(inside, outside, 5, padding=self.chomp, dilation=dilation)
            )

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)[:, :, : -self.chomp].contiguous()


class Level(nn.Module):
    def __init__(self, inside: int, outside: int, dilation: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            Conv(inside, outside, dilation), nn.LeakyReLU(), nn.Dropout(0.1),
            Conv(outside, outside, dilation), nn.LeakyReLU(), nn.Dropout(0.1),
        )  # fmt: skip
        self.around = nn.Conv1d(inside, outside, 1) if inside != outside else None

    def forward(self, x: Tensor) -> Tensor:
        return F.leaky_relu(self.net(x) + (x if self.around is None else self.around(x)))


class TCN(nn.Module):
    def __init__(self, width: int, channels: tuple[int, ...]) -> None:
        super().__init__()
        sizes = [width, *channels]
        self.net = nn.Sequential(*(Level(sizes[i], sizes[i + 1], 2**i) for i in range(4)))
        self.norm = nn.BatchNorm1d(channels[-1])

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.net(x.transpose(1, 2))).transpose(1, 2)


def gate(fc: nn.Module, source: Tensor, candidates: list[Tensor]) -> Tensor:
    """Weights repeated over the features before they are multiplied."""
    weights = F.softmax(fc(source) / 0.1, dim=-1)
    total = sum(
        torch.mul(weights[:, :, n].unsqueeze(2).repeat(1, 1, x.shape[2]), x)
        for n, x in enumerate(candidates)
    )
    return F.relu(torch.as_tensor(total))


class CrossAttention(nn.Module):
    """FG 2021, one value per step."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(nn.init.xavier_normal_(torch.empty(1024, 1024)))
        self.regressor = nn.Sequential(
            nn.Dropout(0.5), nn.Linear(1024, 512), nn.Tanh(), nn.Linear(512, 256), nn.Tanh(),
            nn.Linear(256, 1), nn.Tanh(),
        )  # fmt: skip

    def forward(self, audio: Tensor, visual: Tensor) -> Tensor:
        audio, visual = F.normalize(audio, dim=-1), F.normalize(visual, dim=-1)
        scores = torch.bmm(torch.matmul(audio, self.weights), visual.transpose(1, 2))
        by_audio = F.softmax(scores, dim=1)
        by_visual = F.softmax(scores.transpose(1, 2), dim=1)
        attended_audio = torch.bmm(audio.transpose(1, 2), by_audio)
        attended_visual = torch.bmm(visual.transpose(1, 2), by_visual)
        return self.regressor((attended_audio + attended_visual).transpose(1, 2))


class JCA(nn.Module):
    """CVPRW 2022, one sequence after another."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.encoder = nn.ModuleList(nn.Linear(512, 128) for _ in range(2))
        self.affine = nn.ModuleList(nn.Linear(steps, steps, bias=False) for _ in range(2))
        self.W = nn.ModuleList(nn.Linear(steps, 32, bias=False) for _ in range(2))
        self.W_c = nn.ModuleList(nn.Linear(256, 32, bias=False) for _ in range(2))
        self.W_h = nn.ModuleList(nn.Linear(32, steps, bias=False) for _ in range(2))
        self.regressor = nn.Sequential(nn.Linear(256, 128), nn.Dropout(0.6), nn.Linear(128, 1))

    def forward(self, visual: Tensor, audio: Tensor) -> Tensor:
        outputs = []
        for i in range(len(visual)):
            own = [e(x[i]) for e, x in zip(self.encoder, (visual, audio), strict=True)]
            attended = []
            for m, x in enumerate(own):
                joint = torch.cat(own, 1)
                mixed = self.affine[m](joint.transpose(0, 1))
                related = torch.mm(x.transpose(0, 1), mixed.transpose(0, 1))
                related = torch.tanh(torch.div(related, math.sqrt(joint.shape[1])))
                hidden = F.relu(self.W_c[m](related) + self.W[m](x.transpose(0, 1)))
                attended.append(self.W_h[m](hidden).transpose(0, 1) + x)
            outputs.append(self.regressor(torch.cat(attended, 1)))
        return torch.stack(outputs)


class Clips(nn.Module):
    """JCA of T-BIOM, RJCA and DCA."""

    def __init__(
        self, steps: int, recursions: int, lstms: bool, gates: bool, spatial: bool
    ) -> None:
        super().__init__()
        self.spatial = Spatial() if spatial else None
        self.extract = nn.ModuleList(RL(512, 512, 0.1) for _ in range(2)) if lstms else None
        self.blocks = nn.ModuleList(Block([512, 512], steps, True) for _ in range(recursions))
        self.gates = nn.ModuleList(nn.Linear(512, 2) for _ in range(2)) if gates else None
        self.joint = RL(1024, 512, 0.0)
        self.regressors = nn.ModuleList(r1(512) for _ in range(2))

    def forward(self, visual: Tensor, audio: Tensor) -> Tensor:
        visual, audio = F.normalize(visual, dim=-1), F.normalize(audio, dim=-1)
        audio = self.extract[0](audio) if self.extract else audio
        visual = self.spatial(visual, audio) if self.spatial else visual
        visual = self.extract[1](visual) if self.extract else visual
        first = last = [visual, audio]
        for block in self.blocks:
            last = block(*last)
        if self.gates:
            both = zip(self.gates, first, last, strict=True)
            last = [gate(fc, end, [start, end]) for fc, start, end in both]
        joint = self.joint(torch.cat(last, -1))
        return torch.cat([one(joint) for one in self.regressors], dim=-1)


class RJCMA(nn.Module):
    def __init__(self, steps: int) -> None:
        super().__init__()
        self.temporal = nn.ModuleList(
            [TCN(512, (512, 512, 256, 256)), TCN(128, (128,) * 4), TCN(768, (256, 256, 128, 128))]
        )
        self.blocks = nn.ModuleList(Block([256, 128, 128], steps, False) for _ in range(2))
        self.regressor = R2(512)

    def forward(self, *tokens: Tensor) -> Tensor:
        streams = [tcn(x) for tcn, x in zip(self.temporal, tokens, strict=True)]
        for block in self.blocks:
            streams = block(*streams)
        return self.regressor(torch.cat(streams, -1))


class GRJCA(nn.Module):
    """With the text encoder, whose output is not used."""

    def __init__(self, steps: int, hierarchical: bool) -> None:
        super().__init__()
        self.temporal = nn.ModuleList(
            [TCN(512, (512, 512, 256, 256)), TCN(128, (128,) * 4), TCN(768, (256, 256, 128, 128))]
        )
        self.blocks = nn.ModuleList(Block([256, 128], steps, True) for _ in range(2))
        counts = (2, 3, 2) if hierarchical else (3,)
        self.gates = nn.ModuleList(
            nn.ModuleList(nn.Linear(c, n) for n in counts) for c in (256, 128)
        )
        self.regressor = R2(384)

    def forward(self, *tokens: Tensor) -> Tensor:
        visual, audio, _ = (tcn(x) for tcn, x in zip(self.temporal, tokens, strict=True))
        levels = [[F.normalize(visual, dim=-1), F.normalize(audio, dim=-1)]]
        for block in self.blocks:
            levels.append(block(*levels[-1]))
        both = zip(self.gates, zip(*levels, strict=True), strict=True)
        return self.regressor(torch.cat([self._gated(fcs, list(x)) for fcs, x in both], -1))

    def _gated(self, gates: nn.Module, x: list[Tensor]) -> Tensor:
        fcs = list(gates.children())
        if len(fcs) == 1:
            return gate(fcs[0], x[2], x)
        low = [gate(fcs[0], x[1], x[:2]), gate(fcs[1], x[2], x)]
        return gate(fcs[2], x[2], low)


class EncoderLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(512, 1)
        self.forward_ = nn.Sequential(nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 512))
        self.norm1, self.norm2 = nn.LayerNorm(512), nn.LayerNorm(512)

    def forward(self, x: Tensor) -> Tensor:
        attended, _ = self.attention(x, x, x)
        x = self.norm1(x + attended)
        return self.norm2(x + self.forward_(x))


class JMT(nn.Module):
    """Time first inside, as torch's attention has it; all tokens attend, the last one is kept."""

    def __init__(self, steps: int, joint: bool, self_attention: bool) -> None:
        super().__init__()
        streams = 3 if joint else 2
        self.joint = nn.Linear(1024, 512) if joint else None
        self.encoders = nn.ModuleList(EncoderLayer() for _ in range(streams))
        self.cross = nn.ModuleList(nn.MultiheadAttention(512, 1) for _ in range(streams))
        self.pairs = [(0, 1), (1, 0), (2, 0), (0, 2), (2, 1), (1, 2)][: 6 if joint else 2]
        self.last = (EncoderLayer(), nn.MultiheadAttention(512, 1)) if self_attention else None
        fused = 1024 if joint and not self_attention else 512
        if self.last:
            self.encoder, self.attention = self.last
        else:
            self.out = nn.Linear(512 * len(self.pairs), fused)
        self.regressors = nn.ModuleList(r1(fused, 0.0) for _ in range(2))

    def forward(self, visual: Tensor, audio: Tensor) -> Tensor:
        streams = [F.normalize(visual, dim=-1), F.normalize(audio, dim=-1)]
        if self.joint:
            streams.append(self.joint(torch.cat(streams, dim=2)))
        encoded = [e(x.permute(1, 0, 2)) for e, x in zip(self.encoders, streams, strict=True)]
        attended = [self.cross[q](encoded[q], encoded[s], encoded[s])[0] for q, s in self.pairs]
        fused = self._self_attended(attended) if self.last else self.out(torch.cat(attended, dim=2))
        fused = fused if self.last else fused.permute(1, 0, 2)
        return torch.cat([one(fused) for one in self.regressors], dim=-1)

    def _self_attended(self, attended: list[Tensor]) -> Tensor:
        stack = torch.stack(attended, dim=2).permute(1, 0, 2, 3)
        flat = self.encoder(stack.flatten(0, 1).permute(1, 0, 2))
        final, _ = self.attention(flat, flat, flat)
        return final.permute(1, 0, 2).unflatten(0, stack.shape[:2])[:, :, -1, :]
