"""Pages for people: HTML from the read models, forms from the commands' declarations, in every language there is.

They ask and order through the same routes and the same policy as programs do, and work without scripts.
"""
