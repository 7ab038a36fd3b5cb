"""Visual extractors against the plainest use of the library or the equation behind each."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from transformers import AutoImageProcessor, AutoModel

from features.crops import Crops, Face, keep, no_face
from features.extractor import build
from features.pretrained import quiet
from features.track import State
from features.visual.networks.frame_wise import resized
from features.visual.networks.iresnet import IResNet50
from features.visual.r2plus1d import MEAN, chosen
from features.weights import WeightsError
from tests.features import written

SIDE = 112
RNG = np.random.default_rng(17)
PICTURES = [cv2.resize(x, (SIDE, SIDE)) for x in RNG.integers(0, 256, (11, 5, 5, 3), np.uint8)]


def crops(pictures):
    """A frame each 40 ms; None: no face."""
    nothing = no_face(0.0, State.OK)
    return Crops(
        keep(
            "clip",
            "source",
            (
                no_face(i / 25, State.NO_FACE)
                if x is None
                else Face(i / 25, State.OK, 1.0, 1, nothing.box, nothing.landmarks, x)
                for i, x in enumerate(pictures)
            ),
        )
    )


def made(name, **options):
    where = {"weights": str(written.weights(name))} if name in written.NETWORKS else {}
    return build("visual", name, {"device": "cpu", "batch": 2} | where | options)


def seen(pictures):
    """What comes out of the JPEGs that crops are kept as: (N, 3, S, S) from 0 to 255."""
    images = np.stack(list(crops(pictures).images()))
    return torch.from_numpy(images).permute(0, 3, 1, 2).float()


def agrees(track, expected):
    values = expected.detach().numpy()
    rounding = 1e-5 * float(np.abs(values).max())
    assert np.ptp(values, axis=0).max() > 100 * rounding  # no two pictures look the same to it
    assert track.values == pytest.approx(values, abs=rounding)


@torch.inference_mode()
def test_facenet_agrees_with_its_library():
    large = np.stack([resized(x, 160) for x in crops(PICTURES[:3]).images()])
    x = (torch.from_numpy(large).permute(0, 3, 1, 2).float() - 127.5) / 128
    track = made("facenet")(crops(PICTURES[:3]))
    agrees(track, written.network("facenet")(x))
    assert np.linalg.norm(track.values, axis=1) == pytest.approx(np.ones(3))


@torch.inference_mode()
def test_ir50_sees_the_middle_of_a_small_face():
    small = [resized(x, 48) for x in crops(PICTURES[:3]).images()]
    x = torch.from_numpy(np.stack(small)[:, 4:44, 4:44]).permute(0, 3, 1, 2) / 127.5 - 1
    agrees(made("ir50")(crops(PICTURES[:3])), written.network("ir50")(x))


def test_ir50_has_the_published_sizes():
    sizes = {name: tuple(x.shape) for name, x in IResNet50(40).state_dict().items()}
    assert sizes["output_layer.3.weight"] == (512, 12_800)
    assert len({name.split(".")[1] for name in sizes if name.startswith("body")}) == 24
    assert sizes["body.3.shortcut_layer.0.weight"] == (128, 64, 1, 1)
    assert sizes["body.23.res_layer.3.weight"] == (512, 512, 3, 3)


@pytest.mark.parametrize(
    "count, rows",
    [
        (32, [3, 7, 11, 15, 19, 23, 27, 31]),
        (31, [9, 12, 15, 18, 21, 24, 27, 30]),
        (17, [2, 4, 6, 8, 10, 12, 14, 16]),
        (9, [1, 2, 3, 4, 5, 6, 7, 8]),
        (3, [0, 1, 2, 2, 2, 2, 2, 2]),
        (1, [0] * 8),
    ],
)
def test_a_clip_is_eight_of_the_crops_there_are(count, rows):
    assert chosen(np.arange(count)).tolist() == rows


@torch.inference_mode()
def test_r2plus1d_agrees_with_its_library_where_crops_are_missing():
    pictures = [*PICTURES[:4], None, *PICTURES[4:6]]
    network = written.network("r2plus1d")
    video = ((seen(PICTURES[:6]) / 255).permute(0, 2, 3, 1) - torch.tensor(MEAN)) / torch.tensor(
        [0.22803, 0.22145, 0.216989]
    )
    clips = {0: [0, 1, 2, 2, 2, 2, 2, 2], 3: [1, 2, 3, 4, 4, 4, 4, 4], 6: [4, 5, 5, 5, 5, 5, 5, 5]}
    x = torch.stack([video[rows].permute(3, 0, 1, 2) for rows in clips.values()])
    maps = network.layer4(network.layer3(network.layer2(network.layer1(network.stem(x)))))
    options = {"window_frames": 5, "hop_frames": 3}
    track = made("r2plus1d", pool="map", **options)(crops(pictures))
    assert track.times.tolist() == [0, 0.12, 0.24]
    agrees(track, maps.flatten(1))
    options["hop_frames"] = 6
    largest = maps[[0, 2]].amax((2, 3, 4))
    agrees(made("r2plus1d", pool="max", **options)(crops(pictures)), largest)


def test_a_clip_around_a_frame_without_a_crop_has_no_value():
    options = {"window_frames": 3, "hop_frames": 2, "pool": "mean"}
    track = made("r2plus1d", **options)(crops([None, PICTURES[0], None, None, PICTURES[1]]))
    assert track.state.tolist() == [State.NO_FACE, State.NO_FACE, State.OK]


def test_a_mask_in_the_fourth_channel_is_dropped(tmp_path):
    numbers = {
        f"video_model.r2plus1d.{name}": x
        for name, x in written.network("r2plus1d").state_dict().items()
        if not name.startswith("fc.")
    }
    stem = "video_model.r2plus1d.stem.0.weight"
    numbers[stem] = torch.cat([numbers[stem], torch.ones_like(numbers[stem][:, :1])], dim=1)
    torch.save(numbers | {"fc.1.weight": torch.ones(17, 1024)}, tmp_path / "TSAV.pth")
    options = {"window_frames": 1, "hop_frames": 1, "pool": "mean"}
    there = made("r2plus1d", **options, weights=str(tmp_path / "TSAV.pth"))
    assert np.array_equal(
        there(crops(PICTURES[:1])).values, made("r2plus1d", **options)(crops(PICTURES[:1])).values
    )


@pytest.mark.parametrize("channels", [2, 5, 6])
def test_a_first_layer_for_other_pictures_is_not_cut_to_fit(tmp_path, channels):
    numbers = dict(written.network("r2plus1d").state_dict())
    stem = numbers["stem.0.weight"]
    numbers["stem.0.weight"] = torch.cat([stem, stem], dim=1)[:, :channels]
    torch.save(numbers, tmp_path / "w.pt")
    options = {"window_frames": 1, "hop_frames": 1, "pool": "mean"}
    said = rf"of another shape: stem\.0\.weight is \(45, {channels}, .* not \(45, 3, "
    with pytest.raises(WeightsError, match=said):
        made("r2plus1d", **options, weights=str(tmp_path / "w.pt"))


@torch.inference_mode()
@pytest.mark.parametrize(
    "name, pool",
    [("vit", "first"), ("vit", "mean"), ("clip", "first"), ("clip", "mean"), ("clip", "pooler")],
)
def test_hf_vision_agrees_with_its_library(name, pool):
    where = written.model(name)
    with quiet():
        model = AutoModel.from_pretrained(where, local_files_only=True)
    read = AutoImageProcessor.from_pretrained(where, local_files_only=True)
    eyes = getattr(model, "vision_model", model)
    said = eyes(**read(list(crops(PICTURES[:3]).images()), return_tensors="pt"))
    tokens = said.last_hidden_state  # (3, 17, D)
    expected = {"first": tokens[:, 0], "mean": tokens.mean(1), "pooler": said.pooler_output}[pool]
    there = made("hf_vision", model=str(where), pool=pool)
    assert there.dim == {"vit": 26, "clip": 34}[name]
    agrees(there(crops(PICTURES[:3])), expected)


def test_half_precision_reaches_the_eyes_of_a_pair_and_changes_no_more_than_it_says():
    options = {"model": str(written.model("clip")), "pool": "mean"}
    single = made("hf_vision", **options)(crops(PICTURES[:3])).values
    half = made("hf_vision", device="cpu_half", **options)(crops(PICTURES[:3])).values
    assert 0 < np.abs(half - single).max() <= 0.02 * np.abs(single).max()


def test_a_pooler_that_the_model_lacks_is_not_made_up():
    with pytest.raises(ValueError, match=r"missing: pooler\.dense\.bias"):
        made("hf_vision", model=str(written.model("vit")), pool="pooler")


@pytest.mark.parametrize("name, option", [("hf_vision", {"model": "x"}), ("r2plus1d", {})])
def test_a_pool_that_is_none_is_named(name, option):
    more = {"window_frames": 8, "hop_frames": 1} if name == "r2plus1d" else option
    with pytest.raises(ValueError, match=f"{name}: pool must be one of .*, got 'sum'"):
        made(name, pool="sum", **more)
