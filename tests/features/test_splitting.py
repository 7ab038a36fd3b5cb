"""Words of texts with and without spaces."""
# ruff: noqa: RUF001  # punctuation that looks like that of Latin is what is tried

from __future__ import annotations

import random
import unicodedata

import pytest

from features.splitting import joined, words_in
from features.words import saying

SPLIT = {
    "English": ("Hello, world! It's 3.14", ["Hello,", "world!", "It's", "3.14"]),
    "Korean, which has spaces": ("안녕하세요 여러분", ["안녕하세요", "여러분"]),
    "Hindi, which has spaces": ("हिन्दी में", ["हिन्दी", "में"]),
    "Chinese": ("我们昨天下雨", ["我们", "昨天", "下雨"]),
    "an odd one": ("我很高兴吗", ["我很", "高兴", "吗"]),
    "punctuation": ("今天，我说：“好！”（对）。", ["今天，", "我说：", "“好！”", "（对）。"]),
    "other letters and numbers": (
        "在NASA和don't有3.5个",
        ["在", "NASA", "和", "don't", "有", "3.5", "个"],
    ),
    "money": ("花了$5买", ["花了", "$5", "买"]),
    "Japanese by its scripts": (
        "今日はテレビを見る。",
        ["今日", "は", "テレ", "ビ", "を", "見", "る。"],
    ),
    "a mark that makes a vowel long": ("コーヒーを", ["コーヒー", "を"]),
    "a voiced sound of two characters": ("か\u3099き\u3099く", ["か\u3099き\u3099", "く"]),
    "half-width kana": ("ｶﾞｷﾞｸ", ["ｶﾞｷﾞ", "ｸ"]),
    "Thai": ("สวัสดีครับ", ["สวัสดี", "ครับ"]),
    "Lao": ("ສະບາຍດີເດີ", ["ສະບາຍດີ", "ເດີ"]),
    "Khmer": ("ខ្ញុំស្រឡាញ់អ្នក", ["ខ្ញុំស្រឡាញ់", "អ្នក"]),
    "Burmese": ("မင်္ဂလာပါကျွန်တော်", ["မင်္ဂလာပါ", "ကျွန်တော်"]),
    "Tibetan by its syllables": ("བཀྲ་ཤིས་ལེགས།", ["བཀྲ་", "ཤིས་", "ལེགས།"]),
    "where somebody has put spaces of no width": ("ភាសា\u200bខ្មែរ", ["ភាសា", "ខ្មែរ"]),
    "only punctuation": ("…… — 。", ["……", "—", "。"]),
    "brackets that nothing follows": ("好（", ["好（"]),
    "nothing": (" \n", []),
}


@pytest.mark.parametrize("text, words", SPLIT.values(), ids=SPLIT)
def test_a_text_is_split_into_words(text, words):
    assert words_in(text) == words


LETTERS = "我们あーアｶﾞ\u3099กำเ้ု\u1039ខ្ཀ་한a1é\u0301.，（“$ \n"


@pytest.mark.parametrize("seed", range(30))
def test_no_letter_is_lost_and_no_mark_is_parted_from_its_letter(seed):
    rng = random.Random(seed)
    text = "".join(rng.choices(LETTERS, k=40))
    words = words_in(text)
    assert "".join(words) == "".join(text.split())
    begun = {token[0] for token in text.split()}
    marks = [word for word in words if unicodedata.category(word[0])[0] == "M"]
    assert all(word[0] in begun for word in marks)


def test_a_long_text_is_split_at_once():
    assert len(words_in("我" * 200_000)) == 100_000
    assert words_in("我" + "（" * 200_000) == ["我" + "（" * 200_000]


def test_words_are_joined_as_their_scripts_are_written():
    assert joined(["we", "drove"]) == "we drove"
    assert joined(["我们", "昨天。", "下雨"]) == "我们昨天。下雨"
    assert joined(["我们", "in", "2023", "年"]) == "我们 in 2023 年"
    assert joined(["สวัสดี", "ครับ"]) == "สวัสดีครับ"
    assert joined(["...", "好"]) == "... 好"
    assert joined([]) == ""


def test_a_sentence_without_spaces_takes_as_long_as_its_words():
    assert saying("我们昨天下雨") == pytest.approx(1.2)
    assert saying("we drove home") == pytest.approx(1.2)
