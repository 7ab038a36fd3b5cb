"""A procedural talking-head corpus whose valence and arousal are known exactly.

Synthetic faces, synthesised speech and timed words carry two planted traces, and stretches of each
modality are made useless, so that fusing them is worth something. It proves that a pipeline
recovers a planted signal; demo numbers say nothing about real emotion.

    plan     which clips there are, and the random streams each draws from
    traces   smooth random curves: valence, arousal, the head's movement
    disturb  when which modality is useless, and how
    looks, canvas, skull, face, cover, picture   the frames
    lexicon, words, voice, noise                 the sound and its transcript
    encode   frames and samples -> mp4
    clip     one plan -> its files
"""
