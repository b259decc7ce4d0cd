"""One thread a process: workers do not fight, and results do not depend on the machine."""

from __future__ import annotations

import os
import sys

# what each library reads when it is loaded; OpenCV's wheels have threads of their own
VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
)  # fmt: skip


def pin_threads(count: int = 1) -> None:
    """Let OpenMP, BLAS, OpenCV and torch of this process use `count` threads.

    Processes that it starts later inherit this. Nothing heavy is imported: what is loaded
    already is told now, what is not reads it from the environment. Without this, libraries
    that wait for each other in busy loops take several times the processor time: faces in
    a small photo ten times, where other programs run too.

    Args:
        count: threads, 1 or more.

    Raises:
        ValueError: fewer than one.
    """
    if count < 1:
        raise ValueError(f"threads must be at least 1, got {count}")
    os.environ.update(dict.fromkeys(VARIABLES, str(count)))
    if "numpy" in sys.modules:  # else there is no pool of threads yet
        from threadpoolctl import threadpool_limits

        threadpool_limits(count)
    if "cv2" in sys.modules:
        sys.modules["cv2"].setNumThreads(count)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(count)
