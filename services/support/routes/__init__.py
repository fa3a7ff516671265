"""Support's REST routes, one file a noun: they fill commands with facts and hand them on."""
