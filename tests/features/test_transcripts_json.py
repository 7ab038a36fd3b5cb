"""JSON of programs and services that recognise speech -> timed words, as they document it."""

from __future__ import annotations

import pytest

from features.transcripts.sidecar import TranscriptError
from tests.features.transcribed import read_rows

WE_GO = [("We", 1, 1.5), ("go.", 1.5, 3)]


def alternative(**fields):
    return {"alternatives": [{"transcript": "We go.", "confidence": 0.9, **fields}]}


def spoken(kind, text, **times):
    return {"type": kind, **times, "alternatives": [{"content": text, "confidence": "0.9"}]}


def cpp(*tokens, text=" We go."):
    segment = {"offsets": {"from": 1000, "to": 3000}, "text": text, "tokens": list(tokens)}
    return {"result": {"language": "en"}, "transcription": [segment]}


def token(text, start, end):
    return {"text": text, "offsets": {"from": start, "to": end}, "id": 1, "p": 0.9}


ASSEMBLY = {"id": "x", "audio_url": "u", "audio_duration": 3, "status": "completed"}
ASSEMBLY_WORDS = [
    {"text": "We", "start": 1000, "end": 1500, "confidence": 0.9, "speaker": "A"},
    {"text": "go.", "start": 1500, "end": 3000, "confidence": 0.9, "speaker": "A"},
]
DOCUMENTS = {
    "transformers, words": {
        "text": " We go.",
        "chunks": [
            {"text": " We", "timestamp": [1.0, 1.5]},
            {"text": " go.", "timestamp": [1.5, 3.0]},
        ],
    },
    "transformers, chunks alone": [
        {"text": " We", "timestamp": [1.0, 1.5]},
        {"text": " go.", "timestamp": [1.5, 3.0]},
    ],
    "faster-whisper, words as lists": {
        "segments": [
            {
                "start": 1.0,
                "end": 3.0,
                "text": " We go.",
                "words": [[1.0, 1.5, " We", 0.9], [1.5, 3.0, " go.", 0.8]],
            }
        ]
    },
    "WhisperX, words alone": {
        "segments": [],
        "word_segments": [
            {"word": "We", "start": 1.0, "end": 1.5, "score": 0.9},
            {"word": "go.", "start": 1.5, "end": 3.0, "score": 0.8},
        ],
    },
    "other names of times": {
        "words": [
            {"word": "We", "start_time": 1.0, "end_time": 1.5},
            {"word": "go.", "start_time": 1.5, "end_time": 3.0},
        ]
    },
    "whisper.cpp, a token a segment": {
        "transcription": [
            {"offsets": {"from": 1000, "to": 1500}, "text": " We"},
            {"offsets": {"from": 1500, "to": 2000}, "text": " g"},
            {"offsets": {"from": 2000, "to": 2900}, "text": "o"},
            {"offsets": {"from": 2900, "to": 3000}, "text": "."},
        ]
    },
    "whisper.cpp, tokens": cpp(
        token("[_BEG_]", 1000, 1000),
        token(" We", 1000, 1500),
        token(" g", 1500, 2000),
        token("o", 2000, 2500),
        token(".", 2500, 3000),
        token("[_TT_150]", 3000, 3000),
    ),
    "whisper.cpp, a word a segment": {
        "transcription": [
            {"offsets": {"from": 1000, "to": 1500}, "text": " We"},
            {"timestamps": {"from": "00:00:01,500", "to": "00:00:03,000"}, "text": " go."},
        ]
    },
    "AssemblyAI": {**ASSEMBLY, "words": ASSEMBLY_WORDS, "utterances": None},
    "AssemblyAI, speakers alone": {
        **ASSEMBLY,
        "words": None,
        "utterances": [{"start": 1000, "end": 3000, "text": "We go.", "words": ASSEMBLY_WORDS}],
    },
    "Deepgram": {
        "metadata": {"duration": 3},
        "results": {
            "channels": [
                alternative(
                    words=[
                        {"word": "we", "punctuated_word": "We", "start": 1.0, "end": 1.5},
                        {"word": "go", "punctuated_word": "go.", "start": 1.5, "end": 3.0},
                    ]
                )
            ]
        },
    },
    "Amazon Transcribe": {
        "jobName": "x",
        "results": {
            "transcripts": [{"transcript": "We go."}],
            "items": [
                spoken("pronunciation", "We", start_time="1.0", end_time="1.5"),
                spoken("pronunciation", "go", start_time="1.5", end_time="3.0"),
                spoken("punctuation", "."),
            ],
        },
        "status": "COMPLETED",
    },
    "Speechmatics": {
        "format": "2.9",
        "results": [
            spoken("word", "We", start_time=1.0, end_time=1.5),
            spoken("word", "go", start_time=1.5, end_time=3.0),
            spoken("punctuation", ".", start_time=3.0, end_time=3.0),
        ],
    },
    "Google, first version": {
        "results": [
            alternative(
                words=[
                    {"startTime": "1s", "endTime": "1.500s", "word": "We"},
                    {"startTime": "1.500s", "endTime": "3s", "word": "go."},
                ]
            )
        ]
    },
    "Google, second version": {
        "results": [
            alternative(words=[{"startOffset": "1s", "endOffset": "1.5s", "word": "We"}]),
            alternative(words=[{"startOffset": "1.5s", "endOffset": "3s", "word": "go."}]),
        ]
    },
    "Google, said again with speakers": {
        "results": [
            alternative(words=[{"startTime": "1s", "endTime": "1.5s", "word": "We"}]),
            alternative(words=[{"startTime": "1.5s", "endTime": "3s", "word": "go."}]),
            {
                "alternatives": [
                    {
                        "words": [
                            {"startTime": "1s", "endTime": "1.5s", "word": "We", "speakerTag": 1},
                            {"startTime": "1.5s", "endTime": "3s", "word": "go.", "speakerTag": 2},
                        ]
                    }
                ]
            },
        ]
    },
    "Watson": {"results": [alternative(timestamps=[["We", 1.0, 1.5], ["go.", 1.5, 3.0]])]},
    "Rev": {
        "monologues": [
            {
                "speaker": 0,
                "elements": [
                    {"type": "text", "value": "We", "ts": 1.0, "end_ts": 1.5, "confidence": 1},
                    {"type": "punct", "value": " "},
                    {"type": "text", "value": "go", "ts": 1.5, "end_ts": 3.0, "confidence": 1},
                    {"type": "punct", "value": "."},
                ],
            }
        ]
    },
    "Azure": {
        "recognizedPhrases": [
            {
                "nBest": [
                    {
                        "display": "We go.",
                        "words": [
                            {"word": "We", "offsetInTicks": 1e7, "durationInTicks": 5e6},
                            {"word": "go.", "offsetInTicks": 1.5e7, "durationInTicks": 1.5e7},
                        ],
                    }
                ]
            }
        ]
    },
    "Azure, fast transcription": {
        "combinedPhrases": [{"text": "We go."}],
        "phrases": [
            {
                "offsetMilliseconds": 1000,
                "durationMilliseconds": 2000,
                "text": "We go.",
                "words": [
                    {"text": "We", "offsetMilliseconds": 1000, "durationMilliseconds": 500},
                    {"text": "go.", "offsetMilliseconds": 1500, "durationMilliseconds": 1500},
                ],
            }
        ],
    },
    "Azure, Speech SDK": {
        "RecognitionStatus": "Success",
        "DisplayText": "We go.",
        "NBest": [
            {
                "Display": "We go.",
                "Words": [
                    {"Word": "We", "Offset": 10_000_000, "Duration": 5_000_000},
                    {"Word": "go.", "Offset": 15_000_000, "Duration": 15_000_000},
                ],
            }
        ],
    },
    "Vosk, piece by piece": [
        {"result": [{"conf": 1.0, "start": 1.0, "end": 1.5, "word": "We"}], "text": "we"},
        {"text": ""},
        {"result": [{"conf": 1.0, "start": 1.5, "end": 3.0, "word": "go."}], "text": "go"},
    ],
    "Vosk": {
        "result": [
            {"conf": 1.0, "start": 1.0, "end": 1.5, "word": "We"},
            {"conf": 1.0, "start": 1.5, "end": 3.0, "word": "go."},
        ],
        "text": "we go",
    },
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_the_words_of_each_service_are_read(tmp_path, document):
    assert read_rows(tmp_path, ".json", document) == (WE_GO, [])


SILENT = {
    "transformers": {"text": "", "chunks": []},
    "whisper.cpp": {"transcription": []},
    "AssemblyAI": {**ASSEMBLY, "words": []},
    "Deepgram": {"results": {"channels": [{"alternatives": [{"transcript": "", "words": []}]}]}},
    "Amazon Transcribe": {"results": {"transcripts": [{"transcript": ""}], "items": []}},
    "Google": {"results": [{"alternatives": [{}]}]},
    "Rev": {"monologues": []},
    "Azure": {"recognizedPhrases": []},
    "Azure, fast transcription": {"combinedPhrases": [], "phrases": []},
    "Vosk": {"text": ""},
    "Vosk, piece by piece": [{"text": ""}, {"text": ""}],
}


@pytest.mark.parametrize("document", SILENT.values(), ids=SILENT)
def test_nobody_speaks_in_a_document_without_words(tmp_path, document):
    assert read_rows(tmp_path, ".json", document) == ([], [])


@pytest.mark.parametrize(
    "document, reason",
    [
        ({"status": "queued", "words": None, "text": None}, "its status is 'queued'"),
        (
            {"status": "error", "error": "no sound", "words": None},
            "nothing is transcribed: no soun",
        ),
        ({"text": "we go", "segments": []}, "it has a text, and no times"),
        ({"text": "we go"}, "it has a text, and no times"),
    ],
)
def test_a_job_that_is_not_done_and_text_without_times_are_not_nobody(tmp_path, document, reason):
    with pytest.raises(TranscriptError, match=reason):
        read_rows(tmp_path, ".json", document)


def test_an_operation_of_google_holds_its_answer(tmp_path):
    document = {"name": "1", "done": True, "response": DOCUMENTS["Google, first version"]}
    assert read_rows(tmp_path, ".json", document) == (WE_GO, [])


def test_lines_with_a_start_and_a_duration_share_their_time_up_to_the_next(tmp_path):
    lines = [
        {"text": "we go", "start": 1.0, "duration": 4.0},
        {"text": "so", "start": 3.0, "duration": 1.0},
    ]
    assert read_rows(tmp_path, ".json", lines)[0] == [("we", 1, 2), ("go", 2, 3), ("so", 3, 4)]


def test_segments_of_whisper_cpp_that_begin_inside_a_word_are_joined(tmp_path):
    parts = [" we dro", "ve home", " so", "我们", "\u6628\u5929"]
    segments = [
        {"offsets": {"from": 1000 * n, "to": 1000 * (n + 1)}, "text": text}
        for n, text in enumerate(parts)
    ]
    words = read_rows(tmp_path, ".json", {"transcription": segments})[0]
    assert [text for text, *_ in words] == ["we", "drove", "home", "so", "我们", "\u6628\u5929"]
    assert [start for _, start, _ in words[3:]] == [2, 3, 4]


def test_segments_of_transformers_share_their_time(tmp_path):
    chunks = {"chunks": [{"text": " we go", "timestamp": [1, 3]}]}
    assert read_rows(tmp_path, ".json", chunks)[0] == [("we", 1, 2), ("go", 2, 3)]


def test_a_last_chunk_without_an_end_takes_as_long_as_people_do(tmp_path):
    chunks = {"chunks": [{"text": " we go", "timestamp": [1, None]}]}
    assert read_rows(tmp_path, ".json", chunks)[0] == [("we", 1, 1.4), ("go", 1.4, 1.8)]


TOKENS = {
    "none": cpp(text=" we go"),
    "no times": cpp({"text": " we"}, {"text": " go"}, text=" we go"),
    "reversed ones": cpp(token(" we", 1000, 900), token(" go", 1500, 2000), text=" we go"),
    "others than the text": cpp(token(" we", 1000, 1100), text=" we go"),
}


@pytest.mark.parametrize("document", TOKENS.values(), ids=TOKENS)
def test_without_good_tokens_words_share_the_time_of_a_segment_of_whisper_cpp(tmp_path, document):
    assert read_rows(tmp_path, ".json", document) == ([("we", 1, 2), ("go", 2, 3)], [])


def test_a_word_of_google_without_a_start_begins_at_0(tmp_path):
    document = {"results": [alternative(words=[{"endOffset": "0.5s", "word": "We"}])]}
    assert read_rows(tmp_path, ".json", document)[0] == [("We", 0, 0.5)]


@pytest.mark.parametrize("time", [{"seconds": "1", "nanos": 500_000_000}, "1.500s", "1.5", 1.5])
def test_a_time_of_google_may_be_an_object_a_text_or_a_number(tmp_path, time):
    document = {
        "results": [alternative(words=[{"start_time": time, "endTime": "2s", "word": "a"}])]
    }
    assert read_rows(tmp_path, ".json", document)[0] == [("a", 1.5, 2)]


def test_words_in_seconds_stay_so_whoever_names_the_length_of_the_sound(tmp_path):
    document = {"audio_duration": 3, "words": [{"word": "a", "start": 1, "end": 2}]}
    assert read_rows(tmp_path, ".json", document)[0] == [("a", 1, 2)]


@pytest.mark.parametrize(
    "name, document",
    [
        ("Deepgram", {"results": {"channels": [alternative()]}}),
        ("Google", {"results": [alternative()]}),
        ("Azure", {"recognizedPhrases": [{"nBest": [{"display": "We go."}]}]}),
    ],
)
def test_text_without_times_of_words_is_refused(tmp_path, name, document):
    with pytest.raises(TranscriptError, match=f"text of {name} without times of its words"):
        read_rows(tmp_path, ".json", document)


def test_a_broken_word_of_a_service_is_named_with_its_place(tmp_path):
    rev = {"type": "text", "value": "so", "ts": 3, "end_ts": 2}, DOCUMENTS["Rev"]["monologues"][0]
    document = {"monologues": [{"elements": [rev[0]]}, rev[1]]}
    assert read_rows(tmp_path, ".json", document) == (
        WE_GO,
        ["monologues[0].elements[0]: 'so' ends at 2.0 s, before its start 3.0 s"],
    )


def test_half_a_character_is_replaced(tmp_path):
    broken = '[{"word": "a\\ud83d", "start": 1, "end": 2}]'
    assert read_rows(tmp_path, ".json", broken)[0] == [("a\ufffd", 1, 2)]


TABLES = {
    "Whisper's": (".tsv", "start\tend\ttext\n1000\t3000\twe go\n3000\t4000\t\n"),
    "whisper.cpp's": (".csv", 'start,end,text\n1000,3000," we go"\n'),
    "in whole s": (".tsv", "start\tend\ttext\n1\t3\twe go\n"),
    "with a tab in a text": (".tsv", "start\tend\ttext\n1000\t3000\twe\tgo\n"),
    "in s": (".tsv", "start\tend\ttext\n1.0\t3.0\twe go\n"),
    "a word a row, in s": (".tsv", "word\tstart\tend\nwe\t1\t2\ngo\t2\t3\n"),
    "with a quotation mark": (".tsv", 'start\tend\ttext\n1000\t3000\t"e go\n'),
}


@pytest.mark.parametrize("suffix, content", TABLES.values(), ids=TABLES)
def test_tables_of_whisper_are_read(tmp_path, suffix, content):
    words, problems = read_rows(tmp_path, suffix, content.replace("\n", "\r\n"))
    assert [(text.replace('"', "w"), *times) for text, *times in words] == [
        ("we", 1, 2),
        ("go", 2, 3),
    ]
    assert problems == []


def test_another_table_is_refused(tmp_path):
    with pytest.raises(TranscriptError, match="expected the header word,start,end or start,end,te"):
        read_rows(tmp_path, ".tsv", "time\tvalence\n0\t0.1\n")
