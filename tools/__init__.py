"""What the Makefile and the maintainers run; never imported by the hub and not in the wheel."""
