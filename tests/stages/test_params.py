from __future__ import annotations

from pathlib import Path

import pytest

from stages.params import ParamsError, Section, load


class Example(Section):
    rate: int
    learning_rate: float


@pytest.fixture
def says(tmp_path: Path):
    def write(text: str) -> Example:
        (tmp_path / "params.yaml").write_text(text)
        return load("example", Example, tmp_path / "params.yaml")

    return write


def test_numbers_mean_what_dvc_thinks_they_mean(says):
    assert says("example: {rate: 16000, learning_rate: 1e-3}").learning_rate == 0.001


@pytest.mark.parametrize(
    "text, message",
    [
        ("other: {}", r"has no section 'example'; it has: other"),
        ("example: {rate: 1}", r"example\.learning_rate is missing"),
        ("example: {rat: 1, rate: 1, learning_rate: 1}", r"example\.rat .* did you mean 'rate'"),
        ("example: {rate: fast, learning_rate: 1}", r"example\.rate: .*integer.*\(got 'fast'\)"),
        ("example: [", r"not valid YAML"),
    ],
)
def test_the_message_says_where_and_what(says, text: str, message: str):
    with pytest.raises(ParamsError, match=message):
        says(text)


def test_a_section_inside_another_is_named_by_both(tmp_path: Path):
    file = tmp_path / "params.yaml"
    file.write_text("visual: {face: {rate: 7, learning_rate: 1}, scene: {rate: slow}}")
    assert load("visual.face", Example, file).rate == 7
    with pytest.raises(ParamsError, match=r"visual\.scene\.rate: .*\(got 'slow'\)"):
        load("visual.scene", Example, file)
    said = r"no section 'visual\.fave'; it has: visual\.face, visual\.scene; did you mean 'face'"
    with pytest.raises(ParamsError, match=said):
        load("visual.fave", Example, file)
    with pytest.raises(ParamsError, match=r"no section 'visual\.face\.rate\.x'; it has: nothing"):
        load("visual.face.rate.x", Example, file)


def test_a_missing_file_says_where_to_run(tmp_path: Path):
    with pytest.raises(ParamsError, match="root of the repository"):
        load("example", Example, tmp_path / "params.yaml")
