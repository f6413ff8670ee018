"""Measurements that print ratios. Nothing here fails a build."""
