"""One loop for every experiment; trainings are kept by name, so that none is done twice."""
