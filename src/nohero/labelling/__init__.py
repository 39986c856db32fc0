"""A person labels items blind to the given label: what they are shown, what they answer, and how far both agree."""
