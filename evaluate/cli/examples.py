"""What `--help` says beside the options: a line on each command, and how it is typed."""

from __future__ import annotations

EXAMPLES = {
    "": (
        "unmask compare photos",
        "unmask tune gaussian_blur photos --max-leakage 0.2",
        "unmask apply mask:region=head photos anonymized",
        "unmask ls defenses",
        "unmask --install-completion",
    ),
    "compare": (
        "unmask compare orl",
        'unmask compare photos --defenses "none mask pixelate:blocks=4" --budget quick',
        'unmask compare photos --defenses "none mytool=their_pictures tool.toml"',
        "unmask compare photos --attackers +mine --max-leakage 0.2",
    ),
    "tune": (
        "unmask tune gaussian_blur photos --max-leakage 0.2",
        'unmask tune mask photos --space "margin=-0.2..0.6 region=head|image"',
        "unmask tune all photos --max-leakage 0.2",
    ),
    "apply": (
        "unmask apply face_swap photos anonymized",
        "unmask apply @runs/RUN/chosen.json photos anonymized --rename",
        "unmask apply mask film.mp4 anonymized.mp4",
    ),
    "advise": ("unmask advise photos", "unmask advise photos --max-leakage 0.3 --sheet look.png"),
    "demo": ("unmask demo", "unmask demo --run runs/RUN"),
    "detect": (
        "unmask detect photos",
        "unmask detect photos --small-faces --out faces.parquet",
    ),
    "merge": ("unmask merge runs/parts --out runs/whole", "unmask merge anonymized"),
    "verify": (
        "unmask verify photos anonymized",
        "unmask verify photos anonymized --renamed names.csv --max-survivors 3",
    ),
    "metadata": ("unmask metadata anonymized",),
    "audit-vlm": (
        "unmask audit-vlm openai/clip-vit-base-patch32 photos --defenses mask",
        "unmask audit-vlm path/to/model photos --show-faces",
    ),
    "audit-vlm lab": ("unmask audit-vlm lab orl", "unmask audit-vlm lab orl --limit 12 --seeds 0"),
    "report": (
        "unmask report runs/RUN",
        "unmask report runs/A runs/B --out both.html",
        "unmask report runs/RUN --format latex",
    ),
    "fetch": ("unmask fetch sface yunet",),
    "ls": ("unmask ls", "unmask ls metrics", "unmask ls gaussian_blur"),
    "check": ("unmask check blinds", "unmask check dlib --kind detector", "unmask check lfw:PATH"),
    "new": ("unmask new defense blinds", "unmask new metric brightness --into brightness"),
    "doctor": ("unmask doctor",),
}

SUMMARIES = {  # where the first sentence of a command is too long for 80 columns
    "compare": "Measure what leaks through defenses, and what use is left.",
    "tune": "Search the mildest strength within a limit; test it on others.",
    "advise": "Say which defense, how strong, from measured figures.",
    "demo": "Try a defense by eye, in the browser.",
    "detect": "Look for the faces in photos and write a table.",
    "merge": "Join the parts of a command that ran on several machines.",
    "verify": "Look again at anonymized photos: is anything left?",
    "metadata": "Say what pictures tell beside their pixels.",
    "audit-vlm": "Ask a vision-language model for names.",
    "audit-vlm lab": "Train a small such model; where do names enter?",
    "report": "Build table, plot and report of runs again.",
    "ls": "List what is installed, or tell what one of it takes.",
    "fetch": "Fetch weights of models; without a name, list them.",
    "check": "Test that a plug-in keeps the contract of its kind.",
    "new": "Write a small package with a plug-in that works.",
    "doctor": "Say what is installed, and which weights are present.",
    "cache": "Faces, embeddings and figures kept between runs.",
}


def below(command: str = "") -> str:
    """Return the last lines of the help of a command; of the program if it is empty."""
    lines = "\n".join(f"  {line}" for line in EXAMPLES.get(command, ()))
    return f"\b\nExamples:\n{lines}" if lines else ""
