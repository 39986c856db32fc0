"""From a source to a model's inputs: reading, splitting, transforms fitted on train, batches; only `batches` needs torch."""
