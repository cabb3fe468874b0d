"""What is decided before any job runs: the configuration, the corpus, and what each job depends on.

Plain modules without Snakemake, so that they can be tested and used from anywhere; ``rules/common.smk`` calls them.
"""
