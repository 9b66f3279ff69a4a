"""The core of Jizhun (基准): knows no GraphQL and no register by name."""

__version__ = "0.1.0"
