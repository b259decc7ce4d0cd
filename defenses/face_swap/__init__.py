"""A new face by a small diffusion model that ships with the package."""
