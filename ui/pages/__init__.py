"""The pages: each module draws one place of the app."""
