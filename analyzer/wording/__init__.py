"""Words that every output shares: numbers, times, sentences about an incident, and text from outside made harmless."""
