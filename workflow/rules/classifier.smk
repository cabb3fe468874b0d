# YAMNet's weights, once for all corpora. Without a network the job succeeds too: the weights are then an empty file and
# the record tells the reason, so that only the score that needs them is left out. The file is the same however it is
# fetched, so the rule has no digest of its code.
rule classifier:
    output:
        weights="results/classifiers/yamnet.tflite",
        record="results/classifiers/yamnet.json",
    log:
        "results/classifiers/yamnet.log",
    localrule: True
    conda:
        "../../environment.yml"
    message:
        "classifier: fetch YAMNet's weights"
    script:
        "../scripts/classifier.py"
