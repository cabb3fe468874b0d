"""Planning before any job runs: the configuration, the corpus, and the dependencies of each job.

The modules do not import Snakemake, so that they can be tested and used separately; ``rules/common.smk`` calls them.
"""
