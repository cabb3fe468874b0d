# Several sounds of each recording, a job each, so that one more leaves the others as they are.
use rule sound as take with:
    output:
        audio="results/{corpus}/{setting}/audio/{texture}-{take}.{format}",
    log:
        "results/{corpus}/logs/sound/{setting}/{texture}-{take}.{format}.log",
    wildcard_constraints:
        setting=only(setting for setting in SOUNDS if TAKES[setting] > 1),
    message:
        "sound: texture {wildcards.texture}, setting {wildcards.setting}, take {wildcards.take}"


use rule score_sound as score_take with:
    output:
        scores="results/{corpus}/{setting}/scores/{texture}-{take}.json",
    log:
        "results/{corpus}/logs/score/{setting}/{texture}-{take}.log",
    wildcard_constraints:
        setting=only(setting for setting in SOUNDS if TAKES[setting] > 1),
    message:
        "score: texture {wildcards.texture}, setting {wildcards.setting}, take {wildcards.take}"
