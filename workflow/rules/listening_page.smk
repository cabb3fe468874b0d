rule listening_page:
    input:
        target_audio=for_all("results/{corpus}/audio/{texture}.wav"),
        targets=for_all("results/{corpus}/spectrogram/{texture}.h5"),
        audio=for_all("results/{corpus}/{setting}/audio/{texture}.wav"),
        syntheses=for_all("results/{corpus}/{setting}/synthesis/{texture}.h5"),
        recordings=lambda wildcards: usable_recordings() if SOUNDS else [],
        sounds=sounds,
        morphs=morphs,
        scores=scores,
        collections=collection_scores,
        spectrogram_figures=for_all(
            "results/{corpus}/figures/{texture}.spectrogram.svg"
        ),
        loss_figures=for_all("results/{corpus}/figures/{texture}.loss.svg"),
        check="results/{corpus}/corpus_check.json",
        exhibits=lambda wildcards: [
            file
            for exhibit in EXHIBITS
            for file in expand(list(exhibit["files"].values()), corpus=CORPUS)
        ],
    output:
        page="results/{corpus}/listening/index.html",
        folder=report(
            directory("results/{corpus}/listening"),
            htmlindex="index.html",
            caption="../report/listening_page.rst",
            category="Listening",
            labels={"page": "Originals and syntheses"},
        ),
    log:
        "results/{corpus}/logs/listening_page.log",
    conda:
        "../../environment.yml"
    resources:
        **COLLECTING,
    params:
        **({"morphs": shown_morphs()} if MORPHS else {}),
        textures=JOBS.described(),
        table={"count_in_both_classes": CONFIGURATION.count_in_both_classes},
        sounds=[
            [setting, takes_of(setting), CONFIGURATION.outputs[setting].loop]
            for setting in SOUNDS
        ],
        exhibits=lambda wildcards: [
            {**exhibit, "files": list(exhibit["files"])} for exhibit in EXHIBITS
        ],
        code=JOBS.code("listening_page"),
    message:
        "listening_page: {wildcards.corpus}"
    script:
        "../scripts/listening_page.py"
