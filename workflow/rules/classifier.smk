# Fetches YAMNet's weights, once for all corpora. The job also succeeds without a network: the weights are then an empty
# file and the record gives the reason, so that only the scores that need them are missing. The rule has no digest of its
# code, because the file is the same however it is fetched.
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
