"""Tables to the parts of a DMN file: elements, logic, layout, and the note of what it cannot say."""
