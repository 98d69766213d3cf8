"""Posts, forms and plans as Discord's components. Pure."""
