"""Face models: from a photo with a face to a vector whose likeness means the same person.

It may use data and what is below. A new one gets a file and an entry point; a well-known ONNX file
needs a line in `known.py` only.
"""
