"""English words by how pleasant they are.

Valence levels are the author's own judgement, in steps of 0.3: enough for a sentence embedding to
tell them apart, no substitute for a rated lexicon.
"""

from __future__ import annotations

GRADED: dict[float, tuple[str, ...]] = {
    0.9: tuple(
        """wonderful amazing fantastic brilliant magnificent marvelous delightful glorious superb
        perfect beautiful paradise joyful ecstatic adorable triumph blissful""".split()
    ),
    0.6: tuple(
        """happy lovely great excellent friendly charming cheerful enjoyable pleased smile love
        laughter kindness sunshine sweet grateful celebrate""".split()
    ),
    0.3: tuple(
        """nice pleasant good helpful comfortable gentle decent useful warm welcome thanks agreeable
        handy tidy fresh safe""".split()
    ),
    0.0: tuple(
        """okay average ordinary moderate standard usual regular typical medium unremarkable normal
        common adequate routine middling""".split()
    ),
    -0.3: tuple(
        """dull boring tired awkward annoying tedious inconvenient clumsy slow stale damp mediocre
        bother disappointing lame untidy""".split()
    ),
    -0.6: tuple(
        """sad bad ugly angry unhappy lonely painful nasty rude broken worried bitter gloomy failure
        trouble crying upset""".split()
    ),
    -0.9: tuple(
        """horrible terrible awful disgusting dreadful miserable hateful vile tragic agony despair
        cruel revolting nightmare disaster hopeless devastating""".split()
    ),
}

# about nothing anyone minds: what is said while the words are useless
NEUTRAL = tuple(
    """table window paper corner street pencil number monday tuesday seven eleven twenty page column
    cupboard bottle bracket cable ladder bucket carpet kilometre kitchen elevator parking engine
    keyboard printer folder drawer shelf doorway ceiling concrete plastic wooden square metre litre
    november platform timetable container cardboard""".split()
)

FILLERS = tuple(
    "the and so it was then this that a very quite just with there we had is on".split()
)
