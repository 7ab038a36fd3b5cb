"""Ratings become labels in the range of their target at the moment they are about, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.corpora import folder
from features.corpora.reading.columns import columns_of
from features.corpora.reading.labels import LabelReader, constant
from features.corpora.reading.raters import agreement, fused, level
from features.corpora.reading.scale import Scale, scale_of
from features.corpora.reading.tables import read_table
from features.corpora.reading.timing import earlier, smoothed
from features.corpus import CorpusError
from features.grid import grid, onto
from features.track import State, track

NAN = np.nan


class TestRaters:
    def test_the_mean_is_of_those_who_gave_a_value(self):
        ratings = np.array([[0.1, 0.2, NAN, NAN], [0.3, NAN, 0.5, NAN]])
        np.testing.assert_allclose(fused(ratings, "mean"), [0.2, 0.2, 0.5, NAN])

    def test_six_raters_are_weighted_by_their_correlation_with_the_mean_of_the_others(self):
        up, down, flat = [0.0, 0.1, 0.2], [0.2, 0.1, 0.0], [0.3, 0.3, 0.3]
        bump = [0.0, 0.3, 0.3]
        ratings = np.array([up, up, up, bump, down, flat])
        # up less its mean is (-.1, 0, .1); its others sum to (.5, .9, 1), less their mean .8
        r_up = (0.1 * 0.3 + 0.1 * 0.2) / np.sqrt(0.02 * (0.09 + 0.01 + 0.04))
        # bump less its mean is (-.2, .1, .1); its others sum to (.5, .7, .9)
        r_bump = (0.2 * 0.2 + 0.1 * 0.2) / np.sqrt(0.06 * 0.08)
        expected = [r_up, r_up, r_up, r_bump, 0, 0]  # against the others, and without moving
        assert r_up == pytest.approx(0.9449, abs=1e-4) and r_bump == pytest.approx(0.8660, abs=1e-4)
        np.testing.assert_allclose(agreement(ratings), expected, atol=1e-12)
        total = 3 * r_up + r_bump
        gold = [0, (0.3 * r_up + 0.3 * r_bump) / total, (0.6 * r_up + 0.3 * r_bump) / total]
        np.testing.assert_allclose(fused(ratings, "ewe"), gold, atol=1e-12)

    def test_two_raters_who_agree_weigh_the_same(self):
        ratings = np.array([[0.0, 0.2, 0.1], [0.1, 0.6, 0.2]])
        np.testing.assert_allclose(fused(ratings, "ewe"), [0.05, 0.4, 0.15])

    def test_raters_who_contradict_each_other_are_averaged(self):
        ratings = np.array([[0.0, 0.2, 0.4], [0.4, 0.2, 0.0]])
        np.testing.assert_array_equal(agreement(ratings), [0, 0])
        np.testing.assert_allclose(fused(ratings, "ewe"), [0.2, 0.2, 0.2])

    def test_a_missing_rating_changes_neither_weight_nor_value_of_the_others(self):
        whole = np.array([[0.0, 0.2, 0.1, 0.3], [0.1, 0.6, 0.2, 0.8]])
        holed = whole.copy()
        holed[0, 3] = NAN
        np.testing.assert_allclose(agreement(holed), agreement(whole[:, :3]))
        assert fused(holed, "ewe")[3] == pytest.approx(0.8)

    def test_a_moment_that_only_a_rater_without_weight_rated_has_no_value(self):
        ratings = np.array([[0.0, 0.1, 0.2, NAN], [0.0, 0.2, 0.3, NAN], [0.5, 0.5, 0.5, 0.5]])
        np.testing.assert_array_equal(np.isnan(fused(ratings, "ewe")), [False] * 3 + [True])

    def test_one_rater_is_the_gold_standard(self):
        np.testing.assert_array_equal(fused(np.array([[0.1, NAN, 0.3]]), "ewe"), [0.1, NAN, 0.3])

    def test_avec_moves_each_trace_to_the_mean_that_raters_agree_on(self):
        shape = np.array([-0.2, 0.0, 0.2])
        ratings = np.stack([0.2 + shape, 0.4 + shape, 0.5 + shape])
        # twice the variance is .16 / 3, so that CCC of means d apart is .16 / (.16 + 3 d^2)
        near, far, farthest = 16 / 19, 4 / 7, 16 / 43  # d of .1, .2, .3
        weights = np.array([far + farthest, far + near, near + farthest])
        expected = weights @ [0.2, 0.4, 0.5] / weights.sum()
        assert level(ratings) == pytest.approx(expected)
        np.testing.assert_allclose(fused(ratings, "avec"), expected + shape)

    def test_avec_leaves_no_step_where_a_rater_is_missing(self):
        shape = np.array([-0.2, 0.0, 0.2, 0.0])
        ratings = np.stack([shape, 0.6 + shape])
        np.testing.assert_allclose(fused(ratings, "avec"), 0.3 + shape)
        ratings[1, [0, 2]] = NAN  # whose mean stays 0.6
        np.testing.assert_allclose(fused(ratings, "avec"), 0.3 + shape)

    def test_avec_stays_on_the_scale_and_knows_raters_who_gave_nothing(self):
        wide, high, silent = [-1.0, 0.0, 1.0], [0.9, 0.95, 1.0], [NAN, NAN, NAN]
        ratings = np.array([wide, high, high, silent])
        gold = fused(ratings, "avec")  # the level is near 0.95, from which `wide` goes up by 1
        assert level(ratings) > 0.9 and gold[2] == 1 and gold[1] == pytest.approx(level(ratings))
        np.testing.assert_array_equal(gold, fused(ratings[:3], "avec"))
        assert np.isnan(fused(ratings[3:], "avec")).all()

    def test_another_gold_standard_is_refused(self):
        with pytest.raises(
            CorpusError, match="no gold standard 'median'; there are: mean, ewe, avec"
        ):
            fused(np.zeros((1, 1)), "median")  # pyright: ignore[reportArgumentType]


def rows(folder: Path, text: str):
    file = folder / "a.csv"
    file.write_text(text)
    return read_table(file, ("time",))


BOTH = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0)}


class TestScale:
    @pytest.mark.parametrize("low, high", [(1, 9), (0, 1), (-3, 3), (-1, 1)])
    @pytest.mark.parametrize("span", [(-1, 1), (0, 10), (-7, 3)])
    def test_the_ends_and_the_middle_of_a_scale_are_those_of_the_range(
        self, tmp_path, low, high, span
    ):
        text = f"time,valence,arousal\n0,{low},{high}\n1,{(low + high) / 2},{low}\n"
        reader = LabelReader(scale=Scale(low, high))
        labels = reader.tracks(rows(tmp_path, text), {"valence": span, "arousal": span})
        np.testing.assert_array_equal(labels["valence"].values[:, 0], [span[0], sum(span) / 2])
        np.testing.assert_array_equal(labels["arousal"].values[:, 0], span[::-1])

    @pytest.mark.parametrize("scale", [None, Scale(0.1, 0.7)])
    def test_where_both_ranges_are_the_same_no_bit_of_a_value_changes(self, tmp_path, scale):
        said = ["0.1", "0.3", "0.123456789", "0.7", "0.30000000000000004"]
        table = rows(tmp_path, "time,x\n" + "".join(f"{i},{v}\n" for i, v in enumerate(said)))
        values = LabelReader(scale=scale).values(table, "x", (0.1, 0.7))
        assert values.tolist() == [float(v) for v in said]

    def test_rounding_never_leaves_the_range(self):
        ends = Scale(0.1, 0.7).onto(np.array([0.1, 0.7]), (0.2, 0.9))
        assert ends.min() >= 0.2 and ends.max() <= 0.9
        np.testing.assert_allclose(ends, [0.2, 0.9])

    def test_a_value_outside_is_named_with_file_and_line(self, tmp_path):
        table = rows(tmp_path, "time,valence,arousal\n0,1,1\n1,9.5,1\n")
        with pytest.raises(CorpusError, match=r"a\.csv line 3: valence must lie in \[1, 9\], got"):
            LabelReader(scale=Scale(1, 9)).tracks(table, BOTH)

    def test_without_a_scale_the_range_of_the_target_is_the_one_to_correct(self, tmp_path):
        table = rows(tmp_path, "time,joy\n0,6\n")
        with pytest.raises(CorpusError) as failure:
            LabelReader().tracks(table, {"joy": (0, 5)})
        said = "line 2: joy must lie in [0, 5], got 6; say its range under `targets` in params.yaml"
        assert said in str(failure.value) and "`targets: {joy: [1, 5]}`" in str(failure.value)
        assert "`scale`" in str(failure.value) and "`unlabelled`" in str(failure.value)

    def test_the_unlabelled_value_may_lie_outside(self, tmp_path):
        table = rows(tmp_path, "time,valence,arousal\n0,99,5\n1,5,5\n")
        labels = LabelReader(99, Scale(1, 9)).tracks(table, BOTH)
        assert labels["valence"].state.tolist() == [State.UNLABELLED, State.OK]
        assert labels["arousal"].mask.all()

    @pytest.mark.parametrize("option", [[1, 1], [2, 1], [0, NAN], [1], "12"])
    def test_a_scale_that_is_none_is_refused(self, option):
        with pytest.raises(CorpusError, match="scale must"):
            scale_of(option)


class TestColumns:
    def test_a_target_may_have_a_column_of_another_name(self, tmp_path):
        table = rows(tmp_path, "V,time,arousal\n0.5,0,0.25\n")
        labels = LabelReader(columns=columns_of({"valence": "V"})).tracks(table, BOTH)
        assert labels["valence"].values == 0.5 and labels["arousal"].values == 0.25

    def test_what_has_labels_of_other_targets_alone_is_told_of_them_and_the_nearest(self, tmp_path):
        table = rows(tmp_path, "time,valnce,joy\n0,0,0\n")
        with pytest.raises(CorpusError) as failure:
            LabelReader().tracks(table, BOTH)
        said = "a.csv line 1: no column 'valence' or 'arousal', got valnce, joy, nearest: 'valnce'"
        assert said in str(failure.value) and "`columns`" in str(failure.value)

    def test_what_has_no_labels_at_all_has_none(self, tmp_path):
        assert LabelReader().tracks(rows(tmp_path, "time,text\n0,well\n"), BOTH) == {}

    def test_the_targets_of_tables_are_their_columns_but_for_those_that_say_what_a_row_is(self):
        columns = columns_of({"valence": "V", "pleasure": "V", "when": "time"})
        headers = [["id", "text", "split", "subject", "V"], ["clip", "time", "joy", ""]]
        assert columns.targets(headers) == ["joy", "pleasure", "valence", "when"]

    @pytest.mark.parametrize("option", [["V"], {"valence": ""}, {"valence": 3}])
    def test_columns_that_are_none_are_refused(self, option):
        with pytest.raises(CorpusError, match="columns must"):
            columns_of(option)


def trace(values, step=0.5):
    state = [State.UNLABELLED if v is None else State.OK for v in values]
    filled = [[v or 0.0, -(v or 0.0)] for v in values]
    return track(filled, np.arange(len(values)) * step, state)


class TestTiming:
    def test_what_was_rated_late_is_moved_to_when_it_was_felt(self):
        moved = earlier(trace([0.0, 0.1, 0.2, None, 0.4]), 1.0)
        np.testing.assert_array_equal(moved.times, [0.0, 0.5, 1.0])
        np.testing.assert_allclose(moved.values[:, 0], [0.2, NAN, 0.4])

    def test_a_moving_average_is_centred_and_skips_what_nobody_rated(self):
        smooth = smoothed(trace([0.0, 0.3, None, 0.6, 0.9]), 1.0)  # half a second to either side
        np.testing.assert_allclose(smooth.values[:, 0], [0.15, 0.15, NAN, 0.75, 0.75], atol=1e-7)
        np.testing.assert_allclose(smooth.values[:, 1], -smooth.values[:, 0])

    def test_labels_stay_as_they_are_unless_asked(self, tmp_path):
        table = rows(tmp_path, "time,valence,arousal\n0,0.1,0.7\n1,-0.3,0.2\n")
        labels = LabelReader().tracks(table, BOTH)
        for target, values in (("valence", [0.1, -0.3]), ("arousal", [0.7, 0.2])):
            track = labels[target]
            np.testing.assert_array_equal(track.values[:, 0], np.array(values, np.float32))
            np.testing.assert_array_equal(track.times, [0, 1])

    def test_each_target_is_smoothed_over_its_own_rows(self, tmp_path):
        table = rows(tmp_path, "time,valence,arousal\n0,0.1,0.1\n1,,0.3\n2,0.5,0.5\n")
        labels = LabelReader(smooth_s=2.0).tracks(table, BOTH)
        np.testing.assert_allclose(labels["valence"].values[:, 0], [0.1, NAN, 0.5], atol=1e-7)
        np.testing.assert_allclose(labels["arousal"].values[:, 0], [0.2, 0.3, 0.4], atol=1e-7)

    @pytest.mark.parametrize("lag_s", [-1, NAN, np.inf])
    def test_a_lag_that_cannot_be_is_refused(self, lag_s):
        with pytest.raises(CorpusError, match=f"lag_s must be 0 s or more, got {lag_s}"):
            LabelReader(lag_s=lag_s)

    @pytest.mark.parametrize("smooth_s", [-1, 0, NAN])
    def test_a_window_that_cannot_be_is_refused(self, smooth_s):
        with pytest.raises(
            CorpusError, match=f"smooth_s must be above 0 s, or null, got {smooth_s}"
        ):
            LabelReader(smooth_s=smooth_s)


@pytest.mark.parametrize("how", ["mean", "nearest", "linear"])
def test_the_label_of_an_utterance_reaches_every_step_within_it(how):
    times = grid(5.0, 0.1)
    on = onto(constant(0.5, 3.0), times, 0.1, how, 0.1, State.UNLABELLED)
    inside = times < 3.0
    assert inside.sum() == 30
    np.testing.assert_array_equal(on.values[inside], [[0.5]] * 30)
    assert (on.state[times > 3.15] == State.UNLABELLED).all()


def test_an_utterance_may_be_a_single_step_of_a_coarse_grid():
    on = onto(constant(0.5, 3.0), grid(3.0, 30.0), 30.0, "mean", 30.0, State.UNLABELLED)
    np.testing.assert_array_equal(on.values, [[0.5]])


def test_a_folder_may_declare_a_scale_a_lag_and_a_window(tmp_path):
    (tmp_path / "labels").mkdir()
    table = "time,valence,arousal\n0,1,9\n1,1,9\n2,5,5\n3,9,9\n4,99,1\n"
    (tmp_path / "labels/a.csv").write_text(table)
    options = {"unlabelled": 99, "scale": [1, 9], "lag_s": 1.0, "smooth_s": 2.0}
    labels = folder.build(path=str(tmp_path), **options).labels("a", BOTH)
    valence, arousal = labels.values()
    for moved in (valence, arousal):
        np.testing.assert_array_equal(moved.times, [0, 1, 2, 3])
    np.testing.assert_allclose(valence.values[:, 0], [-2 / 3, 0, 0.5, NAN], atol=1e-6)
    np.testing.assert_allclose(arousal.values[:, 0], [2 / 3, 2 / 3, 0, 0], atol=1e-6)
