"""Finding faces, their landmarks, and the regions made from them."""
