"""The model card of the face-swap model."""

from __future__ import annotations

from unmask.defenses.face_swap.model import SwapNet

from .face_swap_data import HELD_OUT

_CARD = """\
# Face-swap model of unmask

A U-Net ({parameters:.1f} million parameters, Hugging Face diffusers `UNet2DModel` behind a
pixel-unshuffle by {patch}) that fills the masked face of an upright {size}x{size} crop. It sees
the rest of the crop, the mask and maps of 68 landmarks. Flow matching, clean crop as target.

## Data

{photos} crops of {people} people of Labeled Faces in the Wild (G. B. Huang, M. Ramesh, T. Berg,
E. Learned-Miller, University of Massachusetts, Amherst, Technical Report 07-49, 2007), one draw
in proportion to the square root of a person's photos. {held} people ({share:.1%}, by a hash of
the name: `unmask.benchmarks.face_swap_data.held_out`) were never trained on. Landmarks are
dlib's. LFW has no licence file: it is press photos collected for research on public people. The
weights hold no photo, but check your own position before you use them commercially; or train
them on photos of yours with the command below.

## Training

    python -m unmask.benchmarks.train_face_swap --photos DIR --out DIR

{steps} steps of {batch} crops, {minutes:.0f} minutes on an otherwise busy CPU; AdamW, bfloat16
autocast, averaged weights. Loss: {train:.4f} in training, {test:.4f} on people held out.

## Limits

A crop has {size} pixels: a large face gets its finest detail by grain only. The training photos
show mostly men, adults and faces turned towards the camera; others come out worse. The new face
is guessed from hair, skin at the border, pose and surroundings, so these stay and an informed
attacker can use them. Not a proof of anonymity: measure it with `unmask compare`.
"""


def model_card(
    net: SwapNet, log: list[list[float]], people: tuple[int, int], photos: int, batch: int
) -> str:
    """Write the model card.

    Args:
        net: the network.
        log: rows of step, minutes, training loss, held-out loss.
        people: how many were trained on and held out.
        photos: number of training crops.
        batch: crops per step.
    """
    steps, minutes, train, test = log[-1]
    return _CARD.format(
        parameters=sum(weight.numel() for weight in net.parameters()) / 1e6,
        patch=net.shape.patch,
        size=net.shape.size,
        photos=photos,
        people=people[0],
        held=people[1],
        share=HELD_OUT,
        steps=int(steps),
        batch=batch,
        minutes=minutes,
        train=train,
        test=test,
    )
