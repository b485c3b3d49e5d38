"""Work as rows: asked for in somebody's transaction, done by whichever worker claims it, again if need be."""
