"""Training in several processes: TF_CONFIG, and workers on this machine."""
