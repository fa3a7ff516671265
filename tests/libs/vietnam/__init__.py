"""What `libs.vietnam` promises."""
