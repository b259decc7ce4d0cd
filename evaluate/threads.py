"""One thread a process: results do not depend on the machine, and workers do not fight."""

from __future__ import annotations

import os


def one_thread() -> None:
    """Pin BLAS, OpenMP, OpenCV and torch of this process to one thread."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    import cv2
    import torch
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
