"""A catalog for tests that need no database."""

from hub.catalog import Catalog, Model, content_of


def as_modelled(model: Model) -> Catalog:
    """The first version, which says what the model says."""
    return Catalog(model, 1, content_of(model))
