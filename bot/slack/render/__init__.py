"""Posts, forms and views as Block Kit. Pure."""
