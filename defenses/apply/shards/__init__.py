"""Anonymize shards: WebDataset tars, Parquet, Hugging Face folders, and lists of paths.

It may use what anonymizes one picture, and `engines` may use it; it knows no command. A kind of
shard is one file here with a function of source, target and config, named in `shard.py`.
"""
