"""Face-embedding models that attackers use."""
