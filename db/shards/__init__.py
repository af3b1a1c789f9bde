"""Several databases of independent markets as one."""
