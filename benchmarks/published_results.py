"""What stands in `benchmarks/results`: what each page shows, needs and costs, and its commands.

In a command `{out}` is the page, `{run}` a run folder beside it, `{into}` a folder of many runs
beside it, `{lfw}` and `{london}` are data (docs/install.md says where they come from), `{card}` is
a graphics card. Minutes are those that the page states, of wall time on two cores that did other
work as well; 0 where it states none.
"""

from __future__ import annotations

from typing import NamedTuple


class Result(NamedTuple):
    """One page.

    Args:
        file: its name.
        shows: what it says, in one line.
        commands: what makes it; words have single spaces between.
        needs: data that no package carries.
        minutes: what it took.
        written: the page was put together by hand from what its commands print.
    """

    file: str
    shows: str
    commands: tuple[str, ...]
    needs: tuple[str, ...] = ()
    minutes: float = 0
    written: bool = False


_RUN = "python -m unmask.benchmarks."
_WHOLE = "gaussian_blur:sigma=0.16,region=image pixelate:blocks=16,region=image"
_LFW = ("lfw",)
RESULTS = (
    Result(
        "leaderboard.md", "every default defense on LFW, London and ORL: who beats whom",
        ("unmask compare orl --drop-duplicates --out {run} --into {into}",
         "unmask compare {london} --drop-duplicates --out {run} --into {into}",
         "unmask compare lfw:{lfw},people=100,photos=10 --drop-duplicates --out {run} "
         "--into {into}",
         _RUN + "leaderboard {into} {out}"), ("lfw", "london"),
    ),
    Result(
        "presets-lfw.md", "what popular tools leave at their defaults, LFW",
        (_RUN + "presets lfw:{lfw},people=100,photos=10 {out}",), _LFW, 23,
    ),
    Result(
        "presets-london.md", "the same on 51 studio portraits, one photo known of each",
        (_RUN + "presets {london} {out}",), ("london",), 21,
    ),
    Result(
        "presets-orl.md", "the same on the ORL faces",
        (_RUN + "presets orl {out}",), (), 41,
    ),
    Result(
        "strengths-orl.md", "twenty settings, mild to strong, on the ORL faces; read by `advise`",
        (_RUN + "strengths orl {out}",), (), 7.5,
    ),
    Result(
        "strengths-lfw.md", "the same on 50 people of LFW",
        (_RUN + "strengths lfw:{lfw},people=100,photos=6 {out}",), _LFW, 100,
    ),
    Result(
        "cost.md", "what `compare` costs on ORL, step by step, cold and warm",
        (_RUN + "cost {out} orl",), (), 0, True,
    ),
    Result(
        "thorough-orl.md", "every default defense on ORL under the thorough budget",
        ("unmask compare orl --budget thorough --out {run}",), (), 61, True,
    ),
    Result(
        "strong-lfw.md", "what two face models and all attackers reach on 70 people of LFW",
        ("unmask compare lfw:{lfw},people=140,photos=10 --drop-duplicates --metrics ssim "
         f"--defenses={_WHOLE.replace(' ', ',')},mask,eye_bar,noise:sigma=0.5,region=image "
         "--out {run}",), _LFW, 0, True,
    ),
    Result(
        "iso-lfw.md", "each defense tuned under the same limit",
        ("unmask tune all lfw:{lfw},people=60,photos=10 --max-leakage 0.10 --trials 8 "
         "--metrics ssim --drop-duplicates --out {run}",
         "unmask tune all lfw:{lfw},people=120,photos=6 --max-leakage 0.30 --trials 10 "
         "--metrics ssim --drop-duplicates --out {run}"), _LFW, 69, True,
    ),
    Result(
        "tune-orl.md", "searches under a limit on ORL, and how optimistic they were",
        ("unmask tune gaussian_blur orl --max-leakage 0.2 --trials 30 --out {run}",), (), 3, True,
    ),
    Result(
        "restored-lfw.md", "how much a learned restorer brings back",
        ("unmask compare lfw:{lfw},people=60,photos=10 --drop-duplicates "
         "--attackers=naive,restored:variants=linear+pixels+unet "
         "--defenses=none,gaussian_blur:sigma=0.04,region=image,"
         "gaussian_blur:sigma=0.08,region=image,pixelate:blocks=16,region=image "
         "--metrics ssim --strips --out {run}",), _LFW, 18, True,
    ),
    Result(
        "face-swap.md", "the built-in face swap: quality, and who is still named",
        (_RUN + "face_swap_quality --photos {lfw} --count 64 --gallery 400 --recognizers dlib "
         "onnx:sface",
         "unmask compare lfw:{lfw},people=100,photos=6 --drop-duplicates "
         "--defenses=none,mask:margin=0.08,fill=mean,face_swap:margin=-0.1,face_swap,"
         "face_swap:margin=0.3 --metrics=ssim,seam,sharpness,hog_face --out {run}"),
        _LFW, 17, True,
    ),
    Result(
        "pairs-lfw.md", "view 2 of LFW: dlib on 6,000 pairs over ten folds",
        (_RUN + "pairs measure lfw:{lfw} --out {out}",), _LFW, 0, True,
    ),
    Result(
        "reference-orl.md", "settings of the whole photo that other work reports, ORL",
        (_RUN + "tables reference orl {out}",), (), 2,
    ),
    Result(
        "reference-lfw.md", "the same on LFW",
        (_RUN + "tables reference lfw:{lfw},people=100,photos=10 {out}",), _LFW, 34,
    ),
    Result(
        "vlm-lab-orl.md", "where names enter a small vision-language model",
        ("unmask audit-vlm lab orl --seeds 0,1,2 --workers 2 --out {run}",), (), 24, True,
    ),
    Result(
        "vlm-lab-lfw.md", "the same on LFW",
        ("unmask audit-vlm lab lfw:{lfw},people=30,photos=20 --stages clean --cut aligned "
         "--steps 2.5 --seeds 0,1,2 --workers 2 --out {run}",
         "unmask audit-vlm lab lfw:{lfw},people=30,photos=30 --stages clean --cut aligned "
         "--steps 2.5 --seeds 3,4,5 --workers 2 --out {run}"), _LFW, 0, True,
    ),
    Result(
        "vlm-study.md", "several models side by side, and how far the estimate of time was off",
        ("unmask audit-vlm --study models.txt orl:people=12 --photos 2 --prompts direct,lab "
         "--probes open,forced,yes_no --defenses gaussian_blur:region=image --no-text "
         "--out {run}",),
        (), 8, True,
    ),
    Result(
        "vlm-same.md", "pairs of photos, of models taught who is on them and of others; a model "
        "as a face model",
        (_RUN + "taught_pairs {into}",
         "unmask audit-vlm {into}/clip-named {into}/held --probes same --contexts whole --no-text "
         "--photos 4 --out {run}"), (), 0, True,
    ),
    Result(
        "vlm-unasked.md", "what two lab models tell without being asked, one taught, one with "
        "shuffled names",
        (_RUN + "taught_words {into}",), (), 3, True,
    ),
    Result(
        "vlm-useful.md", "what a model still answers, and names that are printed in photos",
        ("unmask audit-vlm lab orl --seeds 0,1,2 --workers 2 --out {run}",
         "unmask audit-vlm {into}-0/model orl:people=40,photos=4 --probes forced,useful "
         "--contexts whole --defenses gaussian_blur:region=image --strengths 5 --no-text "
         "--out {run}",
         "unmask tune gaussian_blur:region=image orl --attackers named:model={into}-0/model "
         "--utility answers --trials 8 --sampler random --no-cache --out {run}"), (), 0, True,
    ),
    Result(
        "vlm-lab-strong.md", "names that leak although no caption told them",
        ("unmask audit-vlm lab orl:people=20 --design words --seeds 0,1,2 --workers 2 "
         "--out {run}",), (), 0, True,
    ),
    Result(
        "honesty.md", "tricks that once made a leakage too low, before and now",
        (_RUN + "honesty lfw:{lfw},people=40,photos=8 {out}",), _LFW,
    ),
    Result(
        "tricks.md", "disguises that keep who is on a photo, and who sees through",
        (_RUN + "tricks lfw:{lfw},people=40,photos=8 {out}",), _LFW,
    ),
    Result(
        "coverage.md", "simulated: do intervals, ranks and the highest of many attackers hold?",
        (_RUN + "coverage {out}",), (), 1.2,
    ),
    Result(
        "coverage-scores.md", "the same for albums, line-ups, the open set and linkage",
        (_RUN + "coverage_scores {out}",), (), 0.5,
    ),
    Result(
        "coverage-folds.md", "simulated: do intervals hold where people take turns?",
        (_RUN + "coverage_folds {out}",), (), 0.8,
    ),
    Result(
        "samplers.md", "which search finds good settings soonest",
        (_RUN + "samplers {out} --data orl:people=16,photos=4",), (),
    ),
    Result(
        "apply-speed.md", "how quick apply is, beside another tool",
        (_RUN + "apply_speed {out} --photos {lfw}",), _LFW, 9,
    ),
    Result(
        "apply-growth.md", "time and memory from 100 to 10,000 photos",
        (_RUN + "apply_growth {out} --photos {lfw}",), _LFW,
    ),
    Result(
        "devices.md", "what a graphics card gains, and how far from the processor it is",
        (_RUN + "devices {out} --device {card}",), ("card",),
    ),
    Result(
        "growth.md", "time and memory of comparisons from 50 to 1,000 people",
        (_RUN + "growth {out} --photos {lfw}",), _LFW,
    ),
    Result(
        "apply-faults.md", "apply, killed at random moments and resumed",
        (_RUN + "apply_faults {out}",), (),
    ),
    Result(
        "apply-fuzz.md", "damaged picture files through apply",
        (_RUN + "apply_fuzz {out}",), (), 6,
    ),
    Result(
        "shard-fuzz.md", "damaged and forged tars through apply",
        (_RUN + "shard_fuzz {out} --each 20",), (),
    ),
    Result(
        "verify.md", "which mistakes verify notices",
        (_RUN + "verify {london} {out} --number 12",), ("london",),
    ),
    Result(
        "video.md", "do many frames tell more than one?",
        (_RUN + "video {out} --people 2",), (), 3,
    ),
    Result(
        "recognizers.md", "dlib's network in dlib and in torch: speed and agreement",
        (_RUN + "recognizers --photos 64 --out {out}",), (),
    ),
)  # fmt: skip
