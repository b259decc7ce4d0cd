"""Vision-language models: do they name the person?"""
