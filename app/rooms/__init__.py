"""The domain: what a live lesson is and what may happen in it. Pure, except `runtime`."""
