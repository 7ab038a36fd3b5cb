"""History: what is known of each epoch of a training."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch of the training history.

    lr             learning rate of this epoch
    loss           mean of its batches
    ccc            on the validation clips, of each target
    gate_activity  on them, of each modality, 0 to 1; empty without gates
    """

    epoch: int
    lr: float
    loss: float
    ccc: tuple[float, ...]
    gate_activity: dict[str, float] = field(default_factory=dict)

    @property
    def ccc_mean(self) -> float:
        """Mean CCC of the targets, the criterion of early stopping."""
        return sum(self.ccc) / len(self.ccc)
