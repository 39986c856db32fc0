"""What differs by task, one file a task; everything else asks the task."""
